#pragma once

#include <chrono>
#include <optional>
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

  // The database, or else the driver, calls itself SQLite.
  bool is_sqlite() const { return is_sqlite_; }

  // Until Commit or Abandon, statements take effect together.
  void Begin();
  void Commit();
  // Of a transaction after whose failure nothing matters but that nothing stays: closes the statement and rolls back. What
  // fails of that leaves InTransaction, and the connection's end rolls back.
  void Abandon() noexcept;
  // From Begin until each statement stands for itself again: such a connection is good for nothing but to be closed.
  bool InTransaction() const { return connection_.in_transaction; }

  // The driver knows that the connection is lost. It asks nobody: one that it takes to be there may be lost all the same.
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

  void EachForItself() noexcept;
  bool CallsItselfSqlite(SQLUSMALLINT info) const;

  Connected connection_;
  bool is_sqlite_ = false;
  std::optional<SqlStatement> statement_;
};

}  // namespace onbehalf::service
