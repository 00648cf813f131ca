#include "methods/database_methods.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "database/connection_pool.h"
#include "database/database_session.h"
#include "database/source_access.h"
#include "database/sql_parameters.h"
#include "database/sql_statement.h"
#include "methods_model/request_error.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/protocol/json_object.h"
#include "onbehalf/service/schema.h"
#include "onbehalf/win32/utf.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using protocol::ErrorCode;
using protocol::InvalidParams;
using protocol::MakeObject;

// Of an answer that comes at once and says nothing of its rows.
constexpr std::uint64_t kRowsAtOnce = 10'000;
constexpr std::uint64_t kMostRows = 1'000'000'000'000;
constexpr std::uint64_t kPageRows = 500;
constexpr std::uint64_t kMostPageRows = 10'000;
// Of a piece, but for its last row: half of what may wait for a client, so that the next is made while it reads one.
constexpr std::size_t kPageBytes = 128 * 1024;
// What surrounds the rows of an answer, beside its columns.
constexpr std::size_t kEnvelopeBytes = 2048;
constexpr std::size_t kMostStatements = 1000;

Error TooLarge(std::string message) { return {ErrorCode::kTooLarge, std::move(message), nullptr}; }

// One SQL text with its parameters, as a request gives it.
struct Statement {
  std::string text;
  std::wstring sql;
  SqlParameters parameters;
  std::string prefix;  // of its members in errors

  static Result<Statement> Of(const Json& object, const std::string& prefix) {
    Statement statement;
    statement.text = object.at("sql").get<std::string>();
    if (statement.text.find('\0') != std::string::npos)
      return InvalidParams(prefix + "sql: a NUL cannot stand in SQL");
    statement.sql = win32::ToWide(statement.text);
    statement.prefix = prefix;
    const auto values = object.find("parameters");
    ONBEHALF_TRY(
        statement.parameters,
        SqlParameters::FromJson(values == object.end() ? Json::array() : *values, prefix + "parameters"));
    return statement;
  }

  // Nothing when it has been executed.
  std::optional<Error> ExecuteOn(OdbcConnection& connection) {
    const auto expected = connection.statement().Execute(sql, parameters);
    if (!expected) return std::nullopt;
    return InvalidParams(prefix + "parameters: expected " + std::to_string(*expected) +
                         ", one for each ? of the statement, got " + std::to_string(parameters.size()));
  }
};

Json ToJson(const std::vector<SqlColumn>& columns) {
  Json all = Json::array();
  for (const SqlColumn& column : columns) {
    all.push_back(MakeObject({{"name", column.name},
                              {"type", column.type},
                              {"nullable", column.nullable ? Json(*column.nullable) : Json(nullptr)}}));
  }
  return all;
}

// A query at work on its connection, for both forms of its answer.
class Query {
 public:
  static Result<Query> Of(const Call& call, const LiveSettings& settings) {
    Query query;
    ONBEHALF_TRY(auto&& statement, Statement::Of(call.params, ""));
    query.statement_ = std::move(statement);
    query.source_ = call.params.at("source").get<std::string>();
    const auto limit = call.params.find("limit_rows");
    if (limit != call.params.end() && !limit->is_null()) query.limit_rows_ = limit->get<std::uint64_t>();
    query.page_rows_ = call.params.value("page_rows", kPageRows);
    query.response_bytes_ = settings.Now()->limits.response_bytes;
    return query;
  }

  // Takes a connection and executes; returns the columns.
  Result<Json> Open(const std::shared_ptr<ConnectionPool>& pool, const Call& call) {
    ONBEHALF_TRY(auto&& session, DatabaseSession::Open(pool, source_, call));
    session_ = std::move(session);
    if (auto refused = session_->Admit(statement_.text, statement_.prefix + "sql"))
      return *std::move(refused);
    Json columns;
    std::optional<Error> error;
    auto refused = session_->Work(call, [&](OdbcConnection& connection) {
      error = statement_.ExecuteOn(connection);
      if (!error) columns = ToJson(connection.statement().OpenResult());
    });
    if (refused) return *std::move(refused);
    if (error) return *std::move(error);
    // A statement that gives no rows has been executed all the same.
    if (columns.empty()) session_.reset();
    return columns;
  }

  // The next rows: so many at most, of so many bytes of JSON but for a single one that is larger. After the last row the
  // connection is free again.
  Result<Json> Rows(const Call& call, std::uint64_t most_rows, std::size_t most_bytes) {
    Json::array_t rows;
    if (!session_) return Json(std::move(rows));
    if (!session_->IsCurrent()) {
      session_.reset();
      return InvalidParams("source: it has been changed or removed meanwhile");
    }
    bool ended = false;
    std::optional<Error> error;
    auto refused = session_->Work(call, [&](OdbcConnection& connection) {
      for (std::size_t bytes = 0;; bytes += pending_bytes_) {
        if (pending_.is_null()) ended = !Fetch(call, connection.statement(), error);
        if (ended || error || rows.size() == most_rows) return;
        if (!rows.empty() && bytes + pending_bytes_ > most_bytes) return;
        rows.push_back(std::exchange(pending_, nullptr));
        ++count_;
      }
    });
    if (refused) return *std::move(refused);
    if (error) return *std::move(error);
    if (ended) session_.reset();
    return Json(std::move(rows));
  }

  // The whole result, for those who have not asked for a stream.
  MethodResult AtOnce(const std::shared_ptr<ConnectionPool>& pool, const Call& call) {
    const bool limit_was_given = limit_rows_.has_value();
    if (!limit_was_given) limit_rows_ = kRowsAtOnce;
    ONBEHALF_TRY(auto&& columns, Open(pool, call));
    const std::size_t around = kEnvelopeBytes + protocol::ToText(columns).size();
    ONBEHALF_TRY(auto&& rows, Rows(call, std::numeric_limits<std::uint64_t>::max(),
                                   response_bytes_ > around ? response_bytes_ - around : 0));
    const bool truncated = truncated_ || session_;
    if (truncated && !limit_was_given) {
      return TooLarge(
          "The result has more rows than fit one answer: ask with a progressToken, or for fewer with limit_rows.");
    }
    return MakeObject({{"columns", std::move(columns)},
                       {"rows", std::move(rows)},
                       {"count", count_},
                       {"truncated", truncated}});
  }

  std::uint64_t page_rows() const { return page_rows_; }
  // At the end.
  Json Counts() const { return MakeObject({{"count", count_}, {"truncated", truncated_}}); }

 private:
  // The row that comes next into pending_. False when there is none, or none that is wanted.
  bool Fetch(const Call& call, SqlStatement& statement, std::optional<Error>& error) {
    ThrowIfOver(call, "SQLCancel");
    // What is large enough to fill an answer has no room in one.
    const auto fetched = statement.Fetch(response_bytes_ / 2, pending_, pending_bytes_);
    if (fetched == SqlStatement::Fetched::kEnd) return false;
    if (limit_rows_ && count_ == *limit_rows_) {
      truncated_ = true;
      return false;
    }
    if (fetched == SqlStatement::Fetched::kTooLarge) {
      error = TooLarge("Row " + std::to_string(count_ + 1) +
                       " is larger than an answer may be, from its column \"" + statement.too_large().name +
                       "\" on.");
    }
    return true;
  }

  Statement statement_;
  std::string source_;
  std::optional<std::uint64_t> limit_rows_;
  std::uint64_t page_rows_ = kPageRows;
  std::size_t response_bytes_ = 0;
  std::unique_ptr<DatabaseSession> session_;  // until the end of the rows
  Json pending_;                              // a row that has been fetched and not been given; null if none
  std::size_t pending_bytes_ = 0;
  std::uint64_t count_ = 0;  // rows given
  bool truncated_ = false;
};

// The columns, then pages of rows. The cursor stays open between the turns: a client that reads slowly has the database wait.
class QueryStream final : public Stream {
 public:
  QueryStream(Query query, std::shared_ptr<ConnectionPool> pool)
      : pool_(std::move(pool)), query_(std::move(query)) {}

  Step Next(const Call& call) override {
    if (!opened_) {
      opened_ = true;
      ONBEHALF_TRY(auto&& columns, query_.Open(pool_, call));
      return Piece{MakeObject({{"columns", std::move(columns)}})};
    }
    ONBEHALF_TRY(Json page, query_.Rows(call, query_.page_rows(), kPageBytes));
    if (page.empty()) return MethodResult(query_.Counts());
    return Piece{MakeObject({{"rows", std::move(page)}})};
  }

 private:
  const std::shared_ptr<ConnectionPool> pool_;
  Query query_;
  bool opened_ = false;
};

MethodResult Execute(const std::shared_ptr<ConnectionPool>& pool, const Call& call) {
  ONBEHALF_TRY(auto&& statement, Statement::Of(call.params, ""));
  ONBEHALF_TRY(auto&& opened, DatabaseSession::Open(pool, call.params.at("source").get<std::string>(), call));
  auto& session = *opened;
  if (auto fault = session.Admit(statement.text, statement.prefix + "sql")) return *std::move(fault);
  std::optional<Error> error;
  std::optional<std::int64_t> affected;
  auto refused = session.Work(call, [&](OdbcConnection& connection) {
    error = statement.ExecuteOn(connection);
    if (!error) affected = connection.statement().CountAffected();
  });
  if (refused) return *std::move(refused);
  if (error) return *std::move(error);
  return MakeObject({{"affected", affected ? Json(*affected) : Json(nullptr)}});
}

// The statements of a batch in their order; everything is looked at before anything is done.
Result<std::vector<Statement>> StatementsOf(const Json& objects) {
  constexpr const char* kExpected = ": expected {\"sql\": \"…\", \"parameters\": […]}";
  std::vector<Statement> statements;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const std::string place = "statements[" + std::to_string(i) + "]";
    const Json& object = objects[i];
    const auto sql = object.find("sql");
    const auto parameters = object.find("parameters");
    const bool has_parameters = parameters != object.end();
    if (sql == object.end() || !sql->is_string() || sql->get_ref<const std::string&>().empty() ||
        (has_parameters && !parameters->is_array()) || object.size() != (has_parameters ? 2U : 1U)) {
      return InvalidParams(place + kExpected);
    }
    ONBEHALF_TRY(auto&& statement, Statement::Of(object, place + "."));
    statements.push_back(std::move(statement));
  }
  return statements;
}

MethodResult Batch(const std::shared_ptr<ConnectionPool>& pool, const Call& call) {
  ONBEHALF_TRY(auto&& statements, StatementsOf(call.params.at("statements")));
  ONBEHALF_TRY(auto&& opened, DatabaseSession::Open(pool, call.params.at("source").get<std::string>(), call));
  auto& session = *opened;
  for (const Statement& statement : statements) {
    if (auto fault = session.Admit(statement.text, statement.prefix + "sql")) return *std::move(fault);
  }

  Json affected = Json::array();
  std::optional<Error> error;
  const auto run = [&](OdbcConnection& connection) {
    for (Statement& statement : statements) {
      ThrowIfOver(call, "SQLCancel");
      error = statement.ExecuteOn(connection);
      if (error) return;
      const auto count = connection.statement().CountAffected();
      connection.statement().Close();
      affected.push_back(count ? Json(*count) : Json(nullptr));
    }
    ThrowIfOver(call, "SQLCancel");
    connection.Commit();
  };
  auto refused = session.Work(call, [&](OdbcConnection& connection) {
    connection.Begin();
    try {
      run(connection);
    } catch (...) {
      connection.Abandon();
      throw;
    }
    if (error) connection.Abandon();
  });
  if (refused) {
    // The statement that was at work, or the number of all when it was the commit.
    if (refused->code == ErrorCode::kDatabaseError) refused->data["index"] = affected.size();
    return *std::move(refused);
  }
  if (error) return *std::move(error);
  return MakeObject({{"affected", std::move(affected)}});
}

Parameter SourceParameter() {
  return {"source", "The name of one of database.sources.", TextOfLength(1, 64), true, true};
}

Parameter SqlParameter() {
  return {"sql", "One statement, in the database's own SQL, with ? for each parameter.", TextOfLength(1),
          true};
}

Parameter ParametersParameter() {
  return {
      "parameters",
      "A value for each ?: null, a boolean, a number, a string, {\"base64\": …}, or {\"type\": …, \"value\": …} with the "
      "type text, integer, number, decimal, boolean, binary, guid, date, time or timestamp.",
      WithDefault(Described("array", ""), Json::array())};
}

Json ColumnsSchema() {
  return ListOf(Object(
      {{"name", Text("")},
       {"type", Text("integer, number, decimal, boolean, text, binary, guid, date, time or timestamp")},
       {"nullable", OrNull(Boolean("null: the database does not say"))}}));
}

Json RowsSchema() { return ListOf(ListOf(Json::object(), "the values, in the order of the columns")); }

// An object whose members need not be there.
Json Optional(Json object) {
  object.erase("required");
  return object;
}

Method DatabaseMethod(std::string name, std::string summary) {
  Method method;
  method.name = std::move(name);
  method.summary = std::move(summary);
  method.access_default = kSeenByAuthenticatedUsers;
  method.acts = Acts::kAsService;
  method.pace = Pace::kMayBlock;
  // SQLCancel is what ends a statement. A driver whose I/O ends underneath it may lose its connection.
  method.interruptible = false;
  return method;
}

}  // namespace

void AddDatabaseMethods(MethodRegistry& registry, std::shared_ptr<const LiveSettings> settings, Log& log) {
  const auto pool = ConnectionPool::Make(settings, log);

  Method sources = DatabaseMethod("database.sources", "The databases that this caller may use.");
  sources.result_schema = Object(
      {{"sources",
        ListOf(Object({{"name", Text("")},
                       {"as_caller", Boolean("it is used as the caller, not as the service's account")}}))}});
  sources.handler = [settings](const Call& call) -> MethodResult {
    Json all = Json::array();
    const auto now = settings->Now();
    for (const auto& [name, source] : now->database.sources) {
      if (MayUse(source, call.caller))
        all.push_back(MakeObject({{"name", name}, {"as_caller", source.as_caller}}));
    }
    return MakeObject({{"sources", std::move(all)}});
  };
  registry.Add(std::move(sources));

  Method query = DatabaseMethod("database.query",
                                "Rows of a database: all at once, or with a progressToken page by page.");
  query.parameters = {
      SourceParameter(),
      SqlParameter(),
      ParametersParameter(),
      {"limit_rows", "At most so many rows; without it all of them with a progressToken, else 10000.",
       OrNull(IntegerFrom(1, kMostRows)), false, true},
      {"page_rows", "At most so many rows in a piece.", WithDefault(IntegerFrom(1, kMostPageRows), kPageRows),
       false, true}};
  query.result_schema =
      Object({{"count", Integer("of the rows")},
              {"truncated", Boolean("there are more rows than limit_rows, or than fit an answer")}});
  query.result_schema["properties"]["columns"] = ColumnsSchema();
  query.result_schema["properties"]["rows"] = RowsSchema();
  query.progress_schema = Optional(
      Object({{"columns", ColumnsSchema()}, {"rows", RowsSchema()}}, "first the columns, then rows"));
  query.handler = [pool, settings](const Call& call) -> MethodResult {
    ONBEHALF_TRY(auto&& made, Query::Of(call, *settings));
    return made.AtOnce(pool, call);
  };
  query.stream = [pool, settings](const Call& call, const Waker&) -> Result<std::unique_ptr<Stream>> {
    ONBEHALF_TRY(auto&& made, Query::Of(call, *settings));
    return std::make_unique<QueryStream>(std::move(made), pool);
  };
  registry.Add(std::move(query));

  Method execute = DatabaseMethod("database.execute", "Executes one statement of SQL that gives no rows.");
  execute.parameters = {SourceParameter(), SqlParameter(), ParametersParameter()};
  execute.result_schema = Object({{"affected", OrNull(Integer("rows; null if the database does not say"))}});
  execute.handler = [pool](const Call& call) { return Execute(pool, call); };
  registry.Add(std::move(execute));

  Method batch = DatabaseMethod("database.batch",
                                "Executes statements of SQL in one transaction: all of them, or none.");
  Json statements = ListOf(Described("object", ""), "{sql, parameters}, as of database.execute");
  statements["minItems"] = 1;
  statements["maxItems"] = kMostStatements;
  batch.parameters = {SourceParameter(), {"statements", "The statements, in their order.", statements, true}};
  batch.result_schema = Object({{"affected", ListOf(OrNull(Integer("rows of this statement")))}});
  batch.handler = [pool](const Call& call) { return Batch(pool, call); };
  registry.Add(std::move(batch));
}

}  // namespace onbehalf::service
