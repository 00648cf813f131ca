#pragma once

#include <string>
#include <string_view>

#include "database/odbc_error.h"
#include "onbehalf/protocol/json_rpc.h"

namespace onbehalf::service {

// Failures of databases as the caller sees them: DatabaseError with data.sqlstate, native, message, operation and
// diagnostics. The design's table of codes has been extended by it, because SQL errors come back as themselves.

// A statement's error, in the database's own words. What it says of a lost connection, and words that hold a secret of
// `connection`, are left out: they are about the service's account at the database.
protocol::Error ToError(const OdbcError& error, std::string_view connection);
// The connection could not be made: the state and the number only, because drivers name servers, accounts and files then.
protocol::Error NoConnection(const OdbcError& error);

// The text, or a sentence in its place when one of the connection string's secrets is in it.
std::string WithoutSecrets(std::string text, std::string_view connection);

}  // namespace onbehalf::service
