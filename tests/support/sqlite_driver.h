#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace onbehalf::test {

// The name under which SQLite's ODBC driver is installed; nullopt if it is not. Checks once.
const std::optional<std::string>& SqliteDriver();

// In a test or its SetUp: skips it, with the reason, if SQLite's ODBC driver is not installed.
#define ONBEHALF_SKIP_WITHOUT_SQLITE()                                                       \
  do {                                                                                       \
    if (!::onbehalf::test::SqliteDriver()) {                                                 \
      GTEST_SKIP() << "missing here: an ODBC driver called SQLite3 ODBC Driver, or SQLite3"; \
    }                                                                                        \
  } while (false)

// The connection string of a database in `file`, which is created if it does not exist. SqliteDriver() must
// have a value.
std::string SqliteConnection(const std::filesystem::path& file);

}  // namespace onbehalf::test
