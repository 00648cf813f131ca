#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "support/direct_odbc.h"

namespace onbehalf::test {

// The connection string of the PostgreSQL server that the tests may use, from ONBEHALF_TEST_POSTGRES; nullopt without one.
std::optional<std::string> GivenPostgres();

// In a test or its SetUp: skips it, by name, where no PostgreSQL server is given.
#define ONBEHALF_SKIP_WITHOUT_POSTGRES()                                                                \
  do {                                                                                                  \
    if (!::onbehalf::test::GivenPostgres()) {                                                           \
      GTEST_SKIP() << "missing here: a PostgreSQL server (ONBEHALF_TEST_POSTGRES; test.sh starts one)"; \
    }                                                                                                   \
  } while (false)

// For PostgresDatabase::Backends: those that have a cursor, which is one of a transaction, or fetch from it.
inline constexpr const char* kHasCursor =
    "state = 'idle in transaction' or (state = 'active' and query ilike '%fetch%')";

// A database of a test's own on that server, so that every connection to it is the test's. It is dropped, with the connections
// that are left, when this object goes. One thread. Throws OdbcFailure.
class PostgresDatabase {
 public:
  explicit PostgresDatabase(const std::string& server);
  ~PostgresDatabase();
  PostgresDatabase(const PostgresDatabase&) = delete;
  PostgresDatabase& operator=(const PostgresDatabase&) = delete;

  // For sources: with cursors on the server and booleans as such (docs/database.md says what the words mean).
  std::string connection() const { return own_ + ";UseDeclareFetch=1;Fetch=500;BoolsAsChar=0"; }
  // A connection to this database that no count below contains.
  DirectOdbc& direct() { return *direct_; }

  // The test's connections (backends of the server), all of them or those that `condition` (of pg_stat_activity) holds for.
  int Backends(std::string_view condition = "true");
  // False if they are not so many while a test waits. The server is asked again every ten milliseconds: it
  // gives no event for it.
  bool WaitForBackends(int count, std::string_view condition = "true");

 private:
  const std::string name_;
  DirectOdbc server_;
  const std::string own_;  // the connection string
  std::optional<DirectOdbc> direct_;
  std::string direct_pid_;
};

}  // namespace onbehalf::test
