#include "database/odbc_connection.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "database/odbc_error.h"
#include "onbehalf/protocol/ascii.h"
#include "onbehalf/win32/utf.h"

namespace onbehalf::service {

OdbcConnection::Connected::Connected(SQLHENV environment) {
  CheckOdbc(::SQLAllocHandle(SQL_HANDLE_DBC, environment, handle.put()), SQL_HANDLE_ENV, environment,
            "SQLAllocHandle");
}

OdbcConnection::Connected::~Connected() {
  if (!is_connected) return;
  // Some drivers neither roll back nor refuse at SQLDisconnect.
  if (in_transaction) ::SQLEndTran(SQL_HANDLE_DBC, handle.get(), SQL_ROLLBACK);
  if (SQL_SUCCEEDED(::SQLDisconnect(handle.get()))) return;
  // SQLDisconnect refuses while a transaction is open (25000). Nothing can be done if the second attempt fails.
  ::SQLEndTran(SQL_HANDLE_DBC, handle.get(), SQL_ROLLBACK);
  ::SQLDisconnect(handle.get());
}

OdbcConnection::OdbcConnection(SQLHENV environment, const std::wstring& connection,
                               std::chrono::seconds timeout)
    : connection_(environment) {
  const SQLHDBC handle = connection_.handle.get();
  // A driver without such a timeout says so (HYC00), which is not a reason to fail.
  static_cast<void>(::SQLSetConnectAttrW(handle, SQL_ATTR_LOGIN_TIMEOUT,
                                         OdbcValue(static_cast<std::uintptr_t>(timeout.count())),
                                         SQL_IS_UINTEGER));
  auto* const text = const_cast<SQLWCHAR*>(connection.c_str());
  const SQLRETURN result =
      ::SQLDriverConnectW(handle, nullptr, text, static_cast<SQLSMALLINT>(connection.size()), nullptr, 0,
                          nullptr, SQL_DRIVER_NOPROMPT);
  CheckOdbc(result, SQL_HANDLE_DBC, handle, "SQLDriverConnectW");
  connection_.is_connected = true;
  is_sqlite_ = CallsItselfSqlite(SQL_DBMS_NAME) || CallsItselfSqlite(SQL_DRIVER_NAME);
  statement_.emplace(handle);
}

// The statement belongs to the connection, so it goes first.
OdbcConnection::~OdbcConnection() { statement_.reset(); }

bool OdbcConnection::CallsItselfSqlite(SQLUSMALLINT info) const {
  std::array<SQLWCHAR, 256> name{};
  SQLSMALLINT bytes = 0;
  const SQLRETURN result = ::SQLGetInfoW(connection_.handle.get(), info, name.data(),
                                         static_cast<SQLSMALLINT>(sizeof(name)), &bytes);
  CheckOdbc(result, SQL_HANDLE_DBC, connection_.handle.get(), "SQLGetInfoW");
  // Up to the NUL: drivers disagree about what `bytes` counts.
  const std::wstring text(name.begin(), std::find(name.begin(), name.end() - 1, SQLWCHAR{0}));
  return protocol::AsciiLower(win32::ToUtf8Lossy(text)).find("sqlite") != std::string::npos;
}

void OdbcConnection::Begin() {
  const SQLHDBC handle = connection_.handle.get();
  connection_.in_transaction = true;
  CheckOdbc(::SQLSetConnectAttrW(handle, SQL_ATTR_AUTOCOMMIT, OdbcValue(SQL_AUTOCOMMIT_OFF), SQL_IS_UINTEGER),
            SQL_HANDLE_DBC, handle, "SQLSetConnectAttrW");
}

void OdbcConnection::Commit() {
  const SQLHDBC handle = connection_.handle.get();
  CheckOdbc(::SQLEndTran(SQL_HANDLE_DBC, handle, SQL_COMMIT), SQL_HANDLE_DBC, handle, "SQLEndTran");
  RestoreAutocommit();
}

void OdbcConnection::Abandon() noexcept {
  ::SQLFreeStmt(statement_->handle(), SQL_CLOSE);
  if (SQL_SUCCEEDED(::SQLEndTran(SQL_HANDLE_DBC, connection_.handle.get(), SQL_ROLLBACK)))
    RestoreAutocommit();
}

// The transaction has already ended. If this fails, in_transaction stays set and the connection is not reused.
void OdbcConnection::RestoreAutocommit() noexcept {
  const SQLRETURN result = ::SQLSetConnectAttrW(connection_.handle.get(), SQL_ATTR_AUTOCOMMIT,
                                                OdbcValue(SQL_AUTOCOMMIT_ON), SQL_IS_UINTEGER);
  if (SQL_SUCCEEDED(result)) connection_.in_transaction = false;
}

bool OdbcConnection::IsDead() const {
  SQLUINTEGER dead = SQL_CD_FALSE;
  const SQLRETURN result =
      ::SQLGetConnectAttrW(connection_.handle.get(), SQL_ATTR_CONNECTION_DEAD, &dead, sizeof(dead), nullptr);
  // A driver that cannot tell counts as alive.
  return SQL_SUCCEEDED(result) && dead == SQL_CD_TRUE;
}

}  // namespace onbehalf::service
