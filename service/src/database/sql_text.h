#pragma once

#include <string>
#include <string_view>

namespace onbehalf::service {

// What can be told about SQL text without knowing its dialect. No database's grammar is parsed here: ambiguous text
// gets the cautious answer.

// Whether a connection can be reused after this text: it is one statement that reads or writes rows, and contains
// nothing that could be a second one (T-SQL needs no separator) or a well-known function that changes the session.
// Words count everywhere, even in strings and comments, so some reusable connections are closed.
bool LeavesNothingBehind(std::string_view sql);

// Why SQLite must not get this text; empty if it may. Its ODBC driver lets SQL load native code (load_extension) and
// read and write files (blob_import, blob_export), both under the process's identity: loading code is always refused;
// opening files, including ATTACH and VACUUM INTO, is refused unless the source is used `as_caller`.
std::string FaultOfSqliteText(std::string_view sql, bool as_caller);

}  // namespace onbehalf::service
