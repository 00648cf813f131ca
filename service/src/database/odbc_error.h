#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "database/odbc_handle.h"

namespace onbehalf::service {

// What a driver, or the driver manager, says of a call.
struct OdbcDiagnostic {
  std::string sqlstate;  // five characters; drivers that know no better say HY000
  std::int32_t native = 0;
  std::string message;  // the database's own, in UTF-8
};

// ODBC refused a call. Thrown in the folder database/ and caught by the methods of `database`, which answer it as
// DatabaseError.
class OdbcError : public std::runtime_error {
 public:
  // `operation` is ODBC's function.
  OdbcError(std::string operation, std::vector<OdbcDiagnostic> diagnostics);

  const std::string& operation() const { return operation_; }
  // One at least, the most important first.
  const std::vector<OdbcDiagnostic>& diagnostics() const { return diagnostics_; }
  // Nothing more can be done on the connection: its state is of class 08, or the server has ended it.
  bool IsConnectionLost() const;
  // The text for the log, of all diagnostics.
  std::string Describe() const;

 private:
  std::string operation_;
  std::vector<OdbcDiagnostic> diagnostics_;
};

// The diagnostics of the last call on a handle.
std::vector<OdbcDiagnostic> OdbcDiagnosticsOf(SQLSMALLINT kind, SQLHANDLE handle);

// Throws unless `result` is a success, SQL_NO_DATA included. `handle` is the call's own, and `result` of the last call on it.
void CheckOdbc(SQLRETURN result, SQLSMALLINT kind, SQLHANDLE handle, const char* operation);

}  // namespace onbehalf::service
