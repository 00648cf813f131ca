#include "database/odbc_error.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "onbehalf/win32/utf.h"

namespace onbehalf::service {
namespace {

// A driver may give many; later ones add little.
constexpr SQLSMALLINT kMaxDiagnostics = 8;
constexpr std::size_t kMessageUnits = 2048;

}  // namespace

OdbcError::OdbcError(std::string operation, std::vector<OdbcDiagnostic> diagnostics)
    : std::runtime_error("ODBC refused a call"),
      operation_(std::move(operation)),
      diagnostics_(std::move(diagnostics)) {
  if (diagnostics_.empty()) diagnostics_.push_back({"HY000", 0, "The driver gave no reason."});
}

bool OdbcError::IsConnectionLost() const {
  return std::any_of(diagnostics_.begin(), diagnostics_.end(), [](const OdbcDiagnostic& one) {
    // 57P01 to 57P03 are PostgreSQL's: the server is shutting down, or has ended this session.
    return one.sqlstate.starts_with("08") || one.sqlstate.starts_with("57P0");
  });
}

std::string OdbcError::Describe() const {
  std::string text = operation_ + ":";
  for (const OdbcDiagnostic& one : diagnostics_) {
    text += " " + one.sqlstate + " (" + std::to_string(one.native) + ") " + one.message;
  }
  return text;
}

std::vector<OdbcDiagnostic> OdbcDiagnosticsOf(SQLSMALLINT kind, SQLHANDLE handle) {
  std::vector<OdbcDiagnostic> all;
  std::array<SQLWCHAR, 6> state{};
  std::vector<SQLWCHAR> message(kMessageUnits);
  for (SQLSMALLINT i = 1; i <= kMaxDiagnostics; ++i) {
    SQLINTEGER native = 0;
    SQLSMALLINT length = 0;
    const SQLRETURN result = ::SQLGetDiagRecW(kind, handle, i, state.data(), &native, message.data(),
                                              static_cast<SQLSMALLINT>(message.size()), &length);
    if (!SQL_SUCCEEDED(result)) break;
    const auto units =
        std::min<std::size_t>(length < 0 ? 0U : static_cast<std::size_t>(length), message.size() - 1);
    all.push_back({win32::ToUtf8Lossy(std::wstring_view(state.data(), 5)), native,
                   win32::ToUtf8Lossy(std::wstring_view(message.data(), units))});
  }
  return all;
}

void CheckOdbc(SQLRETURN result, SQLSMALLINT kind, SQLHANDLE handle, const char* operation) {
  if (SQL_SUCCEEDED(result) || result == SQL_NO_DATA) return;
  throw OdbcError(operation, result == SQL_INVALID_HANDLE ? std::vector<OdbcDiagnostic>{}
                                                          : OdbcDiagnosticsOf(kind, handle));
}

}  // namespace onbehalf::service
