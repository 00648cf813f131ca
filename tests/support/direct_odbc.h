#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace onbehalf::test {

// An error of the driver manager or the driver.
class OdbcFailure : public std::runtime_error {
 public:
  OdbcFailure(const std::string& sqlstate, const std::string& message)
      : std::runtime_error(sqlstate + ": " + message) {}
};

// The connection string of the database server for the tests, from an environment variable; nullopt if the
// variable is not set.
std::optional<std::string> ConnectionFromEnvironment(const wchar_t* variable);

// A connection to a database that bypasses the service: tests prepare and inspect data with it, and the
// benchmark uses it as the baseline. It shares no code with the service's use of ODBC. One thread. Throws
// OdbcFailure.
class DirectOdbc {
 public:
  using Row = std::vector<std::optional<std::string>>;  // each value as text, converted by the driver

  explicit DirectOdbc(std::string_view connection);
  ~DirectOdbc();
  DirectOdbc(const DirectOdbc&) = delete;
  DirectOdbc& operator=(const DirectOdbc&) = delete;

  // All rows; each value is at most 4,095 characters.
  std::vector<Row> Rows(std::string_view sql);
  // The first value of the first row, "" for null. Throws std::out_of_range if there are no rows.
  std::string Value(std::string_view sql) { return Rows(sql).at(0).at(0).value_or(""); }
  void Execute(std::string_view sql) { Rows(sql); }
  // Fetches all values of all rows as a program that uses them would (integers as integers, everything else
  // as UTF-16), discards them and returns the number of rows.
  std::size_t Count(std::string_view sql);

 private:
  void* environment_ = nullptr;
  void* connection_ = nullptr;
};

}  // namespace onbehalf::test
