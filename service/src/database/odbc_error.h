#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "database/odbc_handle.h"

namespace onbehalf::service {

// One diagnostic record of a driver or the driver manager.
struct OdbcDiagnostic {
  std::string sqlstate;  // five characters; HY000 if the driver has nothing more specific
  std::int32_t native = 0;
  std::string message;  // the database's own, in UTF-8
};

// ODBC refused a call. Thrown in database/ and caught by the methods of `database`, which answer with DatabaseError.
class OdbcError : public std::runtime_error {
 public:
  // `operation` is the name of the ODBC function.
  OdbcError(std::string operation, std::vector<OdbcDiagnostic> diagnostics);

  const std::string& operation() const { return operation_; }
  // At least one, the most important first.
  const std::vector<OdbcDiagnostic>& diagnostics() const { return diagnostics_; }
  // The connection can no longer be used: the state is of class 08, or the server has ended the session.
  bool IsConnectionLost() const;
  // All diagnostics as text for the log.
  std::string Describe() const;

 private:
  std::string operation_;
  std::vector<OdbcDiagnostic> diagnostics_;
};

// The diagnostics of the last call on a handle.
std::vector<OdbcDiagnostic> OdbcDiagnosticsOf(SQLSMALLINT kind, SQLHANDLE handle);

// Throws unless `result` is a success or SQL_NO_DATA. `handle` is the handle of that call, which must be the last one
// on it.
void CheckOdbc(SQLRETURN result, SQLSMALLINT kind, SQLHANDLE handle, const char* operation);

}  // namespace onbehalf::service
