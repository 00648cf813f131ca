#include "database/odbc_connection.h"

#include <cstdint>

#include "database/odbc_error.h"

namespace onbehalf::service {

OdbcConnection::Connected::Connected(SQLHENV environment) {
  CheckOdbc(::SQLAllocHandle(SQL_HANDLE_DBC, environment, handle.put()), SQL_HANDLE_ENV, environment, "SQLAllocHandle");
}

OdbcConnection::Connected::~Connected() {
  if (!is_connected) return;
  if (SQL_SUCCEEDED(::SQLDisconnect(handle.get()))) return;
  // It refuses while a transaction is open (25000). What the second one says is of no use any more.
  ::SQLEndTran(SQL_HANDLE_DBC, handle.get(), SQL_ROLLBACK);
  ::SQLDisconnect(handle.get());
}

OdbcConnection::OdbcConnection(SQLHENV environment, const std::wstring& connection, std::chrono::seconds timeout)
    : connection_(environment) {
  const SQLHDBC handle = connection_.handle.get();
  // A driver that has no such timeout says so (HYC00), which is no reason not to connect.
  static_cast<void>(::SQLSetConnectAttrW(handle, SQL_ATTR_LOGIN_TIMEOUT,
                                         OdbcValue(static_cast<std::uintptr_t>(timeout.count())), SQL_IS_UINTEGER));
  auto* const text = const_cast<SQLWCHAR*>(connection.c_str());
  const SQLRETURN result = ::SQLDriverConnectW(handle, nullptr, text, static_cast<SQLSMALLINT>(connection.size()),
                                               nullptr, 0, nullptr, SQL_DRIVER_NOPROMPT);
  CheckOdbc(result, SQL_HANDLE_DBC, handle, "SQLDriverConnectW");
  connection_.is_connected = true;
  statement_.emplace(handle);
}

// The statement first: it is the connection's.
OdbcConnection::~OdbcConnection() { statement_.reset(); }

void OdbcConnection::Begin() {
  const SQLHDBC handle = connection_.handle.get();
  CheckOdbc(::SQLSetConnectAttrW(handle, SQL_ATTR_AUTOCOMMIT, OdbcValue(SQL_AUTOCOMMIT_OFF), SQL_IS_UINTEGER),
            SQL_HANDLE_DBC, handle, "SQLSetConnectAttrW");
}

void OdbcConnection::End(SQLSMALLINT how) {
  const SQLHDBC handle = connection_.handle.get();
  CheckOdbc(::SQLEndTran(SQL_HANDLE_DBC, handle, how), SQL_HANDLE_DBC, handle, "SQLEndTran");
  CheckOdbc(::SQLSetConnectAttrW(handle, SQL_ATTR_AUTOCOMMIT, OdbcValue(SQL_AUTOCOMMIT_ON), SQL_IS_UINTEGER),
            SQL_HANDLE_DBC, handle, "SQLSetConnectAttrW");
}

bool OdbcConnection::IsDead() const {
  SQLUINTEGER dead = SQL_CD_FALSE;
  const SQLRETURN result =
      ::SQLGetConnectAttrW(connection_.handle.get(), SQL_ATTR_CONNECTION_DEAD, &dead, sizeof(dead), nullptr);
  // A driver that cannot tell knows of nothing.
  return SQL_SUCCEEDED(result) && dead == SQL_CD_TRUE;
}

}  // namespace onbehalf::service
