#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "database/database_session.h"
#include "database/sql_statement.h"
#include "methods/database_method.h"
#include "methods_model/request_error.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/protocol/json_object.h"
#include "onbehalf/service/schema.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using protocol::ErrorCode;
using protocol::InvalidParams;
using protocol::MakeObject;

// The row limit of a response at once if the request gives none.
constexpr std::uint64_t kDefaultRowsAtOnce = 10'000;
constexpr std::uint64_t kMaxRows = 1'000'000'000'000;
constexpr std::uint64_t kDefaultPageRows = 500;
constexpr std::uint64_t kMaxPageRows = 10'000;
// The size of a piece without its last row: half of a client's write queue, so that the next piece is prepared while
// it reads one.
constexpr std::size_t kPageBytes = 128 * 1024;
// The part of a response other than its rows and columns.
constexpr std::size_t kEnvelopeBytes = 2048;

Error TooLarge(std::string message) { return {ErrorCode::kTooLarge, std::move(message), nullptr}; }

struct QueryParams {
  std::string_view source;
  std::string_view sql;
  const Json* parameters = nullptr;
  std::optional<std::uint64_t> limit_rows;
  std::uint64_t page_rows = kDefaultPageRows;

  static Json PageRowsWords() { return MakeObject({{"default", kDefaultPageRows}}); }
  static constexpr auto Describe() {
    return std::array{
        SourceField<QueryParams>(), SqlField<QueryParams>(), SqlParametersField<QueryParams>(),
        Optional<&QueryParams::limit_rows>(
            "limit_rows", "Maximum number of rows (default: all with a progressToken, otherwise 10000).",
            {.minimum = 1, .maximum = kMaxRows})
            .Audited(),
        Optional<&QueryParams::page_rows>("page_rows", "Maximum number of rows per piece.",
                                          {.minimum = 1, .maximum = kMaxPageRows, .words = PageRowsWords})
            .Audited()};
  }
};

struct Column {
  std::string name;
  std::string_view type;
  std::optional<bool> nullable;

  static constexpr auto Describe() {
    return std::array{
        Required<&Column::name>("name", ""),
        Required<&Column::type>(
            "type", "integer, number, decimal, boolean, text, binary, guid, date, time or timestamp"),
        Required<&Column::nullable>("nullable", "null: the database does not report it")};
  }
};

using Columns = std::vector<Column>;

Columns ColumnsOf(const std::vector<SqlColumn>& sql_columns) {
  Columns columns;
  for (const SqlColumn& column : sql_columns) columns.push_back({column.name, column.type, column.nullable});
  return columns;
}

// The two are JSON in a result or a piece: the columns, because their size counts against the response, and the rows,
// because the types of their values depend on the database.
Json ColumnsWords() { return SchemaOf<Columns>(Direction::kGiven); }
Json RowsWords() { return ListOf(ListOf(Json::object(), "the values, in column order")); }

// A piece of a stream.
struct QueryPiece {
  Json columns = nullptr;
  Json rows = nullptr;

  static constexpr auto Describe() {
    return std::array{Optional<&QueryPiece::columns>("columns", "", {.words = ColumnsWords}),
                      Optional<&QueryPiece::rows>("rows", "", {.words = RowsWords})};
  }
};

// The result, without columns and rows at the end of a stream.
struct QueryResult {
  std::uint64_t count;
  bool truncated;
  Json columns = nullptr;
  Json rows = nullptr;

  static constexpr auto Describe() {
    return std::array{Required<&QueryResult::count>("count", "number of rows"),
                      Required<&QueryResult::truncated>(
                          "truncated", "there are more rows than limit_rows, or than fit into a response"),
                      Optional<&QueryResult::columns>("columns", "", {.words = ColumnsWords}),
                      Optional<&QueryResult::rows>("rows", "", {.words = RowsWords})};
  }
};

// A running query on its connection, for both forms of response.
class Query {
 public:
  static Result<Query> Of(const QueryParams& params, const LiveSettings& settings) {
    Query query;
    ONBEHALF_TRY(auto&& statement, Statement::Of(params.sql, params.parameters, ""));
    query.statement_ = std::move(statement);
    query.source_ = params.source;
    query.limit_rows_ = params.limit_rows;
    query.page_rows_ = params.page_rows;
    query.response_bytes_ = settings.Now()->limits.response_bytes;
    return query;
  }

  // Takes a connection and executes the query; returns the columns.
  Result<Json> Open(const std::shared_ptr<ConnectionPool>& pool, const Call& call) {
    ONBEHALF_TRY(auto&& session, DatabaseSession::Open(pool, source_, call));
    session_ = std::move(session);
    if (auto refused = session_->Admit(statement_.text, statement_.prefix + "sql"))
      return *std::move(refused);
    Json columns;
    std::optional<Error> error;
    auto refused = session_->Work(call, [&](OdbcConnection& connection) {
      error = statement_.ExecuteOn(connection);
      if (!error) columns = onbehalf::ToJson(ColumnsOf(connection.statement().OpenResult()));
    });
    if (refused) return *std::move(refused);
    if (error) return *std::move(error);
    // A statement without result rows has still been executed.
    if (columns.empty()) session_.reset();
    return columns;
  }

  // The next rows: at most `max_rows`, and at most `max_bytes` of JSON unless a single row is larger. Releases the
  // connection after the last row.
  Result<Json> Rows(const Call& call, std::uint64_t max_rows, std::size_t max_bytes) {
    Json::array_t rows;
    if (!session_) return Json(std::move(rows));
    if (!session_->IsCurrent()) {
      session_.reset();
      return InvalidParams("source: it was changed or removed during the request");
    }
    bool ended = false;
    std::optional<Error> error;
    auto refused = session_->Work(call, [&](OdbcConnection& connection) {
      for (std::size_t bytes = 0;; bytes += pending_bytes_) {
        if (pending_.is_null()) ended = !Fetch(call, connection.statement(), error);
        if (ended || error || rows.size() == max_rows) return;
        if (!rows.empty() && bytes + pending_bytes_ > max_bytes) return;
        rows.push_back(std::exchange(pending_, nullptr));
        ++count_;
      }
    });
    if (refused) return *std::move(refused);
    if (error) return *std::move(error);
    if (ended) session_.reset();
    return Json(std::move(rows));
  }

  // The whole result, for requests without a stream.
  Result<QueryResult> AtOnce(const std::shared_ptr<ConnectionPool>& pool, const Call& call) {
    const bool limit_was_given = limit_rows_.has_value();
    if (!limit_was_given) limit_rows_ = kDefaultRowsAtOnce;
    ONBEHALF_TRY(auto&& columns, Open(pool, call));
    const std::size_t around = kEnvelopeBytes + protocol::ToText(columns).size();
    ONBEHALF_TRY(auto&& rows, Rows(call, std::numeric_limits<std::uint64_t>::max(),
                                   response_bytes_ > around ? response_bytes_ - around : 0));
    const bool truncated = truncated_ || session_;
    if (truncated && !limit_was_given) {
      return TooLarge(
          "The result has more rows than fit into one response: use a progressToken or a smaller limit_rows.");
    }
    return QueryResult{count_, truncated, std::move(columns), std::move(rows)};
  }

  std::uint64_t page_rows() const { return page_rows_; }
  // After the last row.
  QueryResult Counts() const { return {count_, truncated_}; }

 private:
  // Reads the next row into pending_. False if there is none, or limit_rows is reached.
  bool Fetch(const Call& call, SqlStatement& statement, std::optional<Error>& error) {
    ThrowIfOver(call, "SQLCancel");
    // A row this large would not fit into a response.
    const auto fetched = statement.Fetch(response_bytes_ / 2, pending_, pending_bytes_);
    if (fetched == SqlStatement::Fetched::kEnd) return false;
    if (limit_rows_ && count_ == *limit_rows_) {
      truncated_ = true;
      return false;
    }
    if (fetched == SqlStatement::Fetched::kTooLarge) {
      error = TooLarge("Row " + std::to_string(count_ + 1) +
                       " is larger than a response may be, starting with its column \"" +
                       statement.too_large().name + "\".");
    }
    return true;
  }

  Statement statement_;
  std::string source_;
  std::optional<std::uint64_t> limit_rows_;
  std::uint64_t page_rows_ = kDefaultPageRows;
  std::size_t response_bytes_ = 0;
  std::unique_ptr<DatabaseSession> session_;  // until the last row
  Json pending_;                              // a row fetched but not yet returned, or null
  std::size_t pending_bytes_ = 0;
  std::uint64_t count_ = 0;  // rows returned
  bool truncated_ = false;
};

// The columns, then pages of rows. The cursor stays open between turns, so a slow client makes the database wait.
class QueryStream final : public Stream {
 public:
  QueryStream(Query query, std::shared_ptr<ConnectionPool> pool)
      : pool_(std::move(pool)), query_(std::move(query)) {}

  Step Next(const Call& call) override {
    if (!opened_) {
      opened_ = true;
      ONBEHALF_TRY(auto&& columns, query_.Open(pool_, call));
      return Piece{onbehalf::ToJson(QueryPiece{.columns = std::move(columns)})};
    }
    ONBEHALF_TRY(Json page, query_.Rows(call, query_.page_rows(), kPageBytes));
    if (page.empty()) return MethodResult(onbehalf::ToJson(query_.Counts()));
    return Piece{onbehalf::ToJson(QueryPiece{.rows = std::move(page)})};
  }

 private:
  const std::shared_ptr<ConnectionPool> pool_;
  Query query_;
  bool opened_ = false;
};

}  // namespace

void AddDatabaseQueryMethod(MethodRegistry& registry, std::shared_ptr<const LiveSettings> settings,
                            std::shared_ptr<ConnectionPool> pool) {
  Method query = DatabaseMethod(
      "database.query", "Queries a database: all rows at once, or page by page with a progressToken.");
  Handle<QueryParams>(query,
                      [pool, settings](const QueryParams& params, const Call& call) -> Result<QueryResult> {
                        ONBEHALF_TRY(auto&& made, Query::Of(params, *settings));
                        return made.AtOnce(pool, call);
                      });
  Opens<QueryParams>(query,
                     [pool, settings](const QueryParams& params, const Call&,
                                      const Waker&) -> Result<std::unique_ptr<Stream>> {
                       ONBEHALF_TRY(auto&& made, Query::Of(params, *settings));
                       return std::make_unique<QueryStream>(std::move(made), pool);
                     });
  query.progress_schema = SchemaOf<QueryPiece>(Direction::kGiven);
  query.progress_schema["description"] = "first the columns, then rows";
  registry.Add(std::move(query));
}

}  // namespace onbehalf::service
