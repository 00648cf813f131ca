#pragma once

#include "onbehalf/win32/lean_windows.h"
// After <windows.h>, which these headers need.
#include <sql.h>
#include <sqlext.h>

#include <cstdint>

#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::service {

// ODBC passes integers as pointers.
inline SQLPOINTER OdbcValue(std::uintptr_t value) { return reinterpret_cast<SQLPOINTER>(value); }

// Handles of ODBC's driver manager. Borrowed ones are passed as SQLHENV, SQLHDBC and SQLHSTMT.
struct OdbcEnvironmentTraits {
  using Type = SQLHENV;
  static Type Invalid() noexcept { return SQL_NULL_HENV; }
  static void Close(Type handle) noexcept { ::SQLFreeHandle(SQL_HANDLE_ENV, handle); }
};
// Disconnect before closing, otherwise closing fails (SQLFreeHandle, HY010).
struct OdbcConnectionTraits {
  using Type = SQLHDBC;
  static Type Invalid() noexcept { return SQL_NULL_HDBC; }
  static void Close(Type handle) noexcept { ::SQLFreeHandle(SQL_HANDLE_DBC, handle); }
};
struct OdbcStatementTraits {
  using Type = SQLHSTMT;
  static Type Invalid() noexcept { return SQL_NULL_HSTMT; }
  static void Close(Type handle) noexcept { ::SQLFreeHandle(SQL_HANDLE_STMT, handle); }
};

using UniqueOdbcEnvironment = win32::UniqueHandle<OdbcEnvironmentTraits>;
using UniqueOdbcConnection = win32::UniqueHandle<OdbcConnectionTraits>;
using UniqueOdbcStatement = win32::UniqueHandle<OdbcStatementTraits>;

}  // namespace onbehalf::service
