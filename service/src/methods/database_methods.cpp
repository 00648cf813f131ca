#include "methods/database_methods.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "database/connection_pool.h"
#include "database/database_session.h"
#include "database/source_access.h"
#include "database/sql_statement.h"
#include "methods/database_method.h"
#include "methods/granted_method.h"
#include "methods_model/request_error.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/service/schema.h"
#include "onbehalf/win32/utf.h"

namespace onbehalf::service {

using protocol::Error;
using protocol::ErrorCode;
using protocol::InvalidParams;

Json SqlParametersWords() { return WithDefault(Described("array", ""), Json::array()); }

Result<Statement> Statement::Of(std::string_view sql, const Json* parameters, const std::string& prefix) {
  Statement statement;
  statement.text = sql;
  if (statement.text.find('\0') != std::string::npos)
    return InvalidParams(prefix + "sql: SQL cannot contain a NUL");
  statement.sql = win32::ToWide(statement.text);
  statement.prefix = prefix;
  if (parameters != nullptr) {
    ONBEHALF_TRY(statement.parameters, SqlParameters::FromJson(*parameters, prefix + "parameters"));
  }
  return statement;
}

std::optional<Error> Statement::ExecuteOn(OdbcConnection& connection) {
  const auto expected = connection.statement().Execute(sql, parameters);
  if (!expected) return std::nullopt;
  return InvalidParams(prefix + "parameters: expected " + std::to_string(*expected) +
                       ", one for each ? of the statement, got " + std::to_string(parameters.size()));
}

Method DatabaseMethod(std::string name, std::string summary) {
  Method method = GrantedMethod(std::move(name), std::move(summary), Acts::kAsService);
  // SQLCancel ends a running statement; cancelling the driver's I/O as well might break its connection.
  method.interruptible = false;
  return method;
}

namespace {

constexpr std::size_t kMaxStatements = 1000;

// ---- database.sources ----

struct Source {
  std::string name;
  bool as_caller;

  static constexpr auto Describe() {
    return std::array{
        Required<&Source::name>("name", ""),
        Required<&Source::as_caller>("as_caller", "used as the caller, not as the service's account")};
  }
};

struct Sources {
  std::vector<Source> sources;

  static constexpr auto Describe() { return std::array{Required<&Sources::sources>("sources", "")}; }
};

Result<Sources> SourcesOf(const LiveSettings& settings, const Call& call) {
  Sources usable;
  const auto now = settings.Now();
  for (const auto& [name, source] : now->database.sources) {
    if (MayUse(source, call.caller)) usable.sources.push_back({name, source.as_caller});
  }
  return usable;
}

// ---- database.execute ----

struct ExecuteParams {
  std::string_view source;
  std::string_view sql;
  const Json* parameters = nullptr;

  static constexpr auto Describe() {
    return std::array{SourceField<ExecuteParams>(), SqlField<ExecuteParams>(),
                      SqlParametersField<ExecuteParams>()};
  }
};

struct Executed {
  std::optional<std::int64_t> affected;

  static constexpr auto Describe() {
    return std::array{
        Required<&Executed::affected>("affected", "changed rows; null if the database does not report them")};
  }
};

Result<Executed> Execute(const std::shared_ptr<ConnectionPool>& pool, const ExecuteParams& params,
                         const Call& call) {
  ONBEHALF_TRY(auto&& statement, Statement::Of(params.sql, params.parameters, ""));
  ONBEHALF_TRY(auto&& opened, DatabaseSession::Open(pool, std::string(params.source), call));
  auto& session = *opened;
  if (auto fault = session.Admit(statement.text, statement.prefix + "sql")) return *std::move(fault);
  std::optional<Error> error;
  Executed done;
  auto refused = session.Work(call, [&](OdbcConnection& connection) {
    error = statement.ExecuteOn(connection);
    if (!error) done.affected = connection.statement().CountAffected();
  });
  if (refused) return *std::move(refused);
  if (error) return *std::move(error);
  return done;
}

// ---- database.batch ----

// The statements of a batch in order; all are validated before any is executed.
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
    ONBEHALF_TRY(auto&& statement, Statement::Of(sql->get_ref<const std::string&>(),
                                                 has_parameters ? &*parameters : nullptr, place + "."));
    statements.push_back(std::move(statement));
  }
  return statements;
}

struct BatchParams {
  std::string_view source;
  const Json* statements = nullptr;

  static Json StatementsWords() {
    return ListOf(Described("object", ""), "{sql, parameters}, as for database.execute");
  }
  static constexpr auto Describe() {
    return std::array{SourceField<BatchParams>(),
                      Required<&BatchParams::statements>(
                          "statements", "The statements, in order.",
                          {.min_items = 1, .max_items = kMaxStatements, .words = StatementsWords})};
  }
};

struct BatchDone {
  Json affected = Json::array();

  static Json AffectedWords() { return ListOf(OrNull(Integer("rows changed by this statement"))); }
  static constexpr auto Describe() {
    return std::array{Required<&BatchDone::affected>("affected", "", {.words = AffectedWords})};
  }
};

Result<BatchDone> Batch(const std::shared_ptr<ConnectionPool>& pool, const BatchParams& params,
                        const Call& call) {
  ONBEHALF_TRY(auto&& statements, StatementsOf(*params.statements));
  ONBEHALF_TRY(auto&& opened, DatabaseSession::Open(pool, std::string(params.source), call));
  auto& session = *opened;
  for (const Statement& statement : statements) {
    if (auto fault = session.Admit(statement.text, statement.prefix + "sql")) return *std::move(fault);
  }

  BatchDone done;
  Json& affected = done.affected;
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
    // The failed statement, or the number of statements if the commit failed.
    if (refused->code == ErrorCode::kDatabaseError) refused->data["index"] = affected.size();
    return *std::move(refused);
  }
  if (error) return *std::move(error);
  return done;
}

}  // namespace

void AddDatabaseMethods(MethodRegistry& registry, std::shared_ptr<const LiveSettings> settings, Log& log) {
  const auto pool = ConnectionPool::Make(settings, log);

  Method sources = DatabaseMethod("database.sources", "The databases that this caller may use.");
  Handle<Nothing>(sources,
                  [settings](const Nothing&, const Call& call) { return SourcesOf(*settings, call); });
  registry.Add(std::move(sources));

  AddDatabaseQueryMethod(registry, settings, pool);

  Method execute = DatabaseMethod("database.execute", "Executes one SQL statement that returns no rows.");
  Handle<ExecuteParams>(
      execute, [pool](const ExecuteParams& params, const Call& call) { return Execute(pool, params, call); });
  registry.Add(std::move(execute));

  Method batch =
      DatabaseMethod("database.batch", "Executes SQL statements in one transaction: all of them or none.");
  Handle<BatchParams>(
      batch, [pool](const BatchParams& params, const Call& call) { return Batch(pool, params, call); });
  registry.Add(std::move(batch));
}

}  // namespace onbehalf::service
