#pragma once

#include <chrono>
#include <string>

#include "database/odbc_handle.h"
#include "database/sql_statement.h"

namespace onbehalf::service {

// One connection to a database with the one statement that is used on it. Opened, used and destroyed under the identity it
// belongs to, by one thread at a time. Throws OdbcError.
class OdbcConnection {
 public:
  // Connects, which nothing can interrupt: `timeout` is for drivers that heed it. `environment` is borrowed.
  OdbcConnection(SQLHENV environment, const std::wstring& connection, std::chrono::seconds timeout);
  ~OdbcConnection();
  OdbcConnection(const OdbcConnection&) = delete;
  OdbcConnection& operator=(const OdbcConnection&) = delete;

  SqlStatement& statement() { return *statement_; }

  // Until Commit or Rollback, statements take effect together.
  void Begin();
  void Commit() { End(SQL_COMMIT); }
  void Rollback() { End(SQL_ROLLBACK); }

  // The driver knows that the connection is lost. It asks nobody: one that it takes to be there may be lost all the same.
  bool IsDead() const;

 private:
  class Connected {
   public:
    explicit Connected(SQLHENV environment);
    ~Connected();
    UniqueOdbcConnection handle;
    bool is_connected = false;
  };

  void End(SQLSMALLINT how);

  Connected connection_;
  std::optional<SqlStatement> statement_;
};

}  // namespace onbehalf::service
