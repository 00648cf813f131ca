#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "database/connection_pool.h"
#include "database/sql_parameters.h"
#include "onbehalf/service/method.h"
#include "onbehalf/service/typed_method.h"
#include "settings/live_settings.h"

namespace onbehalf::service {

// Shared by the methods of database.*.

template <typename Params>
constexpr Field SourceField() {
  return Required<&Params::source>("source", "The name of a source, as listed by database.sources.",
                                   {.min_length = 1, .max_length = 64})
      .Audited();
}

template <typename Params>
constexpr Field SqlField() {
  return Required<&Params::sql>(
      "sql", "One statement in the database's SQL dialect, with ? for each parameter.", {.min_length = 1});
}

Json SqlParametersWords();

template <typename Params>
constexpr Field SqlParametersField() {
  return Optional<&Params::parameters>(
      "parameters",
      "One value for each ?: null, a boolean, a number, a string, {\"base64\": …}, or {\"type\": …, \"value\": "
      "…} with the type text, integer, number, decimal, boolean, binary, guid, date, time or timestamp.",
      {.words = SqlParametersWords});
}

// One SQL text with its parameters, as given in a request.
struct Statement {
  std::string text;
  std::wstring sql;
  SqlParameters parameters;
  std::string prefix;  // prepended to member names in errors

  // `parameters` may be null for none.
  static Result<Statement> Of(std::string_view sql, const Json* parameters, const std::string& prefix);

  // nullopt if it was executed.
  std::optional<protocol::Error> ExecuteOn(OdbcConnection& connection);
};

// A method with the common properties of database.*: visible to everyone, callable once an administrator grants it.
Method DatabaseMethod(std::string name, std::string summary);

void AddDatabaseQueryMethod(MethodRegistry& registry, std::shared_ptr<const LiveSettings> settings,
                            std::shared_ptr<ConnectionPool> pool);

}  // namespace onbehalf::service
