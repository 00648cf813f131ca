#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace onbehalf::test {

// What the driver manager or the driver has refused.
class OdbcFailure : public std::runtime_error {
 public:
  OdbcFailure(const std::string& sqlstate, const std::string& message)
      : std::runtime_error(sqlstate + ": " + message) {}
};

// The connection string in a variable of the environment, by which whoever runs the tests gives them a database server;
// nullopt without one.
std::optional<std::string> ConnectionFromEnvironment(const wchar_t* variable);

// A connection to a database without the service: what tests prepare and look at, and the yardstick of the bench. It knows
// nothing of the service's own use of ODBC. One thread. Throws OdbcFailure.
class DirectOdbc {
 public:
  using Row = std::vector<std::optional<std::string>>;  // every value as the driver makes text of it

  explicit DirectOdbc(std::string_view connection);
  ~DirectOdbc();
  DirectOdbc(const DirectOdbc&) = delete;
  DirectOdbc& operator=(const DirectOdbc&) = delete;

  // All rows; of at most 4,095 characters a value.
  std::vector<Row> Rows(std::string_view sql);
  // The first value of the first row, "" for null. Throws std::out_of_range without a row.
  std::string Value(std::string_view sql) { return Rows(sql).at(0).at(0).value_or(""); }
  void Execute(std::string_view sql) { Rows(sql); }
  // Fetches all rows and all of their values as a program would that wants them (integers as such, everything else as
  // UTF-16) and keeps none: how many rows there were.
  std::size_t Count(std::string_view sql);

 private:
  void* environment_ = nullptr;
  void* connection_ = nullptr;
};

}  // namespace onbehalf::test
