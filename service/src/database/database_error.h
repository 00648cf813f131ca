#pragma once

#include <string_view>

#include "database/odbc_error.h"
#include "onbehalf/protocol/json_rpc.h"

namespace onbehalf::service {

// Database failures as the caller sees them: DatabaseError with data.sqlstate, native, message, operation and
// diagnostics. The code exists because SQL errors are returned as they are.

// A statement's error in the database's own words. Messages about a lost connection, and those that contain a secret
// of `connection`, are replaced: they are about the service's account at the database.
protocol::Error ToError(const OdbcError& error, std::string_view connection);
// Connecting failed. Only the state and the native code: drivers name servers, accounts and files in such messages.
protocol::Error NoConnection(const OdbcError& error);

}  // namespace onbehalf::service
