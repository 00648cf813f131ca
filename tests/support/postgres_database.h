#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "support/direct_odbc.h"

namespace onbehalf::test {

// The connection string of the PostgreSQL server for the tests, from ONBEHALF_TEST_POSTGRES; nullopt if it is
// not set.
std::optional<std::string> GivenPostgres();

// In a test or its SetUp: skips it, with the reason, if no PostgreSQL server is configured.
#define ONBEHALF_SKIP_WITHOUT_POSTGRES()                                                                \
  do {                                                                                                  \
    if (!::onbehalf::test::GivenPostgres()) {                                                           \
      GTEST_SKIP() << "missing here: a PostgreSQL server (ONBEHALF_TEST_POSTGRES; test.sh starts one)"; \
    }                                                                                                   \
  } while (false)

// For PostgresDatabase::Backends: connections that have a cursor (which belongs to a transaction) or fetch
// from it.
inline constexpr const char* kHasCursor =
    "state = 'idle in transaction' or (state = 'active' and query ilike '%fetch%')";

// A database for one test on that server, so that every connection to it is the test's. It is dropped, with
// the remaining connections, when this object is destroyed. One thread. Throws OdbcFailure.
class PostgresDatabase {
 public:
  explicit PostgresDatabase(const std::string& server);
  ~PostgresDatabase();
  PostgresDatabase(const PostgresDatabase&) = delete;
  PostgresDatabase& operator=(const PostgresDatabase&) = delete;

  // For sources: with server-side cursors and native booleans (docs/database.md explains the keywords).
  std::string connection() const { return own_ + ";UseDeclareFetch=1;Fetch=500;BoolsAsChar=0"; }
  // A connection to this database that no count below includes.
  DirectOdbc& direct() { return *direct_; }

  // The number of the test's connections (backends of the server), or of those for which `condition` (on
  // pg_stat_activity) holds.
  int Backends(std::string_view condition = "true");
  // False if the number does not become `count` within kPatience. Polls the server every ten milliseconds: it
  // has no event for this.
  bool WaitForBackends(int count, std::string_view condition = "true");

 private:
  const std::string name_;
  DirectOdbc server_;
  const std::string own_;  // the connection string
  std::optional<DirectOdbc> direct_;
  std::string direct_pid_;
};

}  // namespace onbehalf::test
