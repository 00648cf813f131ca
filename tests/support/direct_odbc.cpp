#include "support/direct_odbc.h"

#include <array>
#include <cstdint>
#include <cwchar>
#include <iterator>

// In this order: ODBC's headers need the declarations of <windows.h>.
// clang-format off
#include "onbehalf/win32/lean_windows.h"
#include <sql.h>
#include <sqlext.h>
// clang-format on
#include "onbehalf/win32/utf.h"

namespace onbehalf::test {
namespace {

[[noreturn]] void Fail(SQLSMALLINT kind, SQLHANDLE handle, const char* function) {
  std::array<SQLWCHAR, 6> state{};
  std::array<SQLWCHAR, 1024> message{};
  SQLINTEGER native = 0;
  SQLSMALLINT size = 0;
  if (!SQL_SUCCEEDED(::SQLGetDiagRecW(kind, handle, 1, state.data(), &native, message.data(),
                                      static_cast<SQLSMALLINT>(message.size()), &size))) {
    throw OdbcFailure("", std::string(function) + " failed without a diagnostic record");
  }
  throw OdbcFailure(win32::ToUtf8Lossy(state.data()),
                    std::string(function) + ": " + win32::ToUtf8Lossy(message.data()));
}

// A statement handle, freed at the end of its scope.
class Statement {
 public:
  explicit Statement(SQLHDBC connection) {
    if (!SQL_SUCCEEDED(::SQLAllocHandle(SQL_HANDLE_STMT, connection, &handle_))) {
      Fail(SQL_HANDLE_DBC, connection, "SQLAllocHandle");
    }
  }
  ~Statement() { ::SQLFreeHandle(SQL_HANDLE_STMT, handle_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  SQLHSTMT get() const { return handle_; }

  // False for SQL_NO_DATA.
  bool Check(SQLRETURN result, const char* function) const {
    if (result == SQL_NO_DATA) return false;
    if (!SQL_SUCCEEDED(result)) Fail(SQL_HANDLE_STMT, handle_, function);
    return true;
  }

  SQLSMALLINT Run(std::string_view sql) const {
    std::wstring text = win32::ToWide(sql);
    Check(::SQLExecDirectW(handle_, text.data(), SQL_NTS), "SQLExecDirectW");
    SQLSMALLINT columns = 0;
    Check(::SQLNumResultCols(handle_, &columns), "SQLNumResultCols");
    return columns;
  }

 private:
  SQLHSTMT handle_ = SQL_NULL_HSTMT;
};

}  // namespace

std::optional<std::string> ConnectionFromEnvironment(const wchar_t* variable) {
  std::array<wchar_t, 1024> value;
  const DWORD size = ::GetEnvironmentVariableW(variable, value.data(), static_cast<DWORD>(value.size()));
  if (size == 0) return std::nullopt;
  if (size >= value.size()) throw std::length_error("the connection string in the environment is too long");
  return win32::ToUtf8(std::wstring_view(value.data(), size));
}

DirectOdbc::DirectOdbc(std::string_view connection) {
  if (!SQL_SUCCEEDED(::SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment_))) {
    throw OdbcFailure("", "SQLAllocHandle failed");
  }
  try {
    const auto version = reinterpret_cast<SQLPOINTER>(static_cast<std::uintptr_t>(SQL_OV_ODBC3));
    if (!SQL_SUCCEEDED(::SQLSetEnvAttr(environment_, SQL_ATTR_ODBC_VERSION, version, 0)) ||
        !SQL_SUCCEEDED(::SQLAllocHandle(SQL_HANDLE_DBC, environment_, &connection_))) {
      Fail(SQL_HANDLE_ENV, environment_, "SQLAllocHandle");
    }
    std::wstring text = win32::ToWide(connection);
    if (!SQL_SUCCEEDED(::SQLDriverConnectW(connection_, nullptr, text.data(), SQL_NTS, nullptr, 0, nullptr,
                                           SQL_DRIVER_NOPROMPT))) {
      Fail(SQL_HANDLE_DBC, connection_, "SQLDriverConnectW");
    }
  } catch (...) {
    if (connection_ != nullptr) ::SQLFreeHandle(SQL_HANDLE_DBC, connection_);
    ::SQLFreeHandle(SQL_HANDLE_ENV, environment_);
    throw;
  }
}

DirectOdbc::~DirectOdbc() {
  ::SQLDisconnect(connection_);
  ::SQLFreeHandle(SQL_HANDLE_DBC, connection_);
  ::SQLFreeHandle(SQL_HANDLE_ENV, environment_);
}

std::vector<DirectOdbc::Row> DirectOdbc::Rows(std::string_view sql) {
  const Statement statement(connection_);
  const SQLSMALLINT columns = statement.Run(sql);
  std::vector<Row> rows;
  if (columns == 0) return rows;
  std::vector<SQLWCHAR> text(4096);
  while (statement.Check(::SQLFetch(statement.get()), "SQLFetch")) {
    Row& row = rows.emplace_back();
    for (SQLSMALLINT column = 1; column <= columns; ++column) {
      SQLLEN length = 0;
      statement.Check(::SQLGetData(statement.get(), static_cast<SQLUSMALLINT>(column), SQL_C_WCHAR,
                                   text.data(), static_cast<SQLLEN>(text.size() * sizeof(SQLWCHAR)), &length),
                      "SQLGetData");
      row.push_back(length == SQL_NULL_DATA ? std::nullopt : std::optional(win32::ToUtf8Lossy(text.data())));
    }
  }
  return rows;
}

std::size_t DirectOdbc::Count(std::string_view sql) {
  const Statement statement(connection_);
  const SQLSMALLINT columns = statement.Run(sql);
  std::vector<bool> is_integer;
  for (SQLSMALLINT column = 1; column <= columns; ++column) {
    SQLLEN type = 0;
    statement.Check(::SQLColAttributeW(statement.get(), static_cast<SQLUSMALLINT>(column),
                                       SQL_DESC_CONCISE_TYPE, nullptr, 0, nullptr, &type),
                    "SQLColAttributeW");
    is_integer.push_back(type == SQL_INTEGER || type == SQL_BIGINT || type == SQL_SMALLINT);
  }
  std::size_t rows = 0;
  std::vector<SQLWCHAR> text(4096);
  for (; statement.Check(::SQLFetch(statement.get()), "SQLFetch"); ++rows) {
    for (SQLSMALLINT column = 1; column <= columns; ++column) {
      SQLLEN length = 0;
      SQLBIGINT integer = 0;
      const SQLRETURN result =
          is_integer[static_cast<std::size_t>(column) - 1]
              ? ::SQLGetData(statement.get(), static_cast<SQLUSMALLINT>(column), SQL_C_SBIGINT, &integer,
                             sizeof(integer), &length)
              : ::SQLGetData(statement.get(), static_cast<SQLUSMALLINT>(column), SQL_C_WCHAR, text.data(),
                             static_cast<SQLLEN>(text.size() * sizeof(SQLWCHAR)), &length);
      statement.Check(result, "SQLGetData");
    }
  }
  return rows;
}

}  // namespace onbehalf::test
