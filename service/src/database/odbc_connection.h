#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "database/odbc_handle.h"
#include "database/sql_statement.h"

namespace onbehalf::service {

// One database connection and its only statement. Opened, used and destroyed under the identity that it belongs to,
// by one thread at a time. Throws OdbcError.
class OdbcConnection {
 public:
  // Connects; nothing can interrupt that, and `timeout` works only with drivers that support it. `environment` is
  // borrowed.
  OdbcConnection(SQLHENV environment, const std::wstring& connection, std::chrono::seconds timeout);
  ~OdbcConnection();
  OdbcConnection(const OdbcConnection&) = delete;
  OdbcConnection& operator=(const OdbcConnection&) = delete;

  SqlStatement& statement() { return *statement_; }

  // The database or the driver identifies itself as SQLite.
  bool is_sqlite() const { return is_sqlite_; }

  // Starts a transaction, which Commit or Abandon ends.
  void Begin();
  void Commit();
  // Closes the statement and rolls back, ignoring errors. If one of them fails, InTransaction stays true and closing
  // the connection rolls back.
  void Abandon() noexcept;
  // From Begin until autocommit is restored. A connection left in this state can only be closed.
  bool InTransaction() const { return connection_.in_transaction; }

  // The driver knows that the connection is lost. This does not query the server, so a lost connection may go
  // unnoticed.
  bool IsDead() const;

 private:
  class Connected {
   public:
    explicit Connected(SQLHENV environment);
    ~Connected();
    UniqueOdbcConnection handle;
    bool is_connected = false;
    bool in_transaction = false;
  };

  void RestoreAutocommit() noexcept;
  bool CallsItselfSqlite(SQLUSMALLINT info) const;

  Connected connection_;
  bool is_sqlite_ = false;
  std::optional<SqlStatement> statement_;
};

}  // namespace onbehalf::service
