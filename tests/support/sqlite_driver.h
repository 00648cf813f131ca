#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace onbehalf::test {

// The name under which this system has SQLite's ODBC driver; nullopt without one. Asks once.
const std::optional<std::string>& SqliteDriver();

// In a test or its SetUp: skips it, by name, where SQLite's ODBC driver is not installed.
#define ONBEHALF_SKIP_WITHOUT_SQLITE()                                                       \
  do {                                                                                       \
    if (!::onbehalf::test::SqliteDriver()) {                                                 \
      GTEST_SKIP() << "missing here: an ODBC driver called SQLite3 ODBC Driver, or SQLite3"; \
    }                                                                                        \
  } while (false)

// The connection string of a database in `file`, which is made if it is not there. SqliteDriver() must be there.
std::string SqliteConnection(const std::filesystem::path& file);

}  // namespace onbehalf::test
