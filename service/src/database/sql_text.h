#pragma once

#include <string>
#include <string_view>

namespace onbehalf::service {

// What is known of a text of SQL without knowing its dialect. No database's grammar is read here: where a text could mean
// either, the cautious answer is given.

// Whether a connection can be used for something else after this text: one statement that reads or writes rows, and nothing
// in it that could be a second one (T-SQL parts them by nothing) or a well known function that changes the session. Words
// count wherever they stand, in strings and comments too: then a connection is not used again that could be.
bool LeavesNothingBehind(std::string_view sql);

// Why SQLite must not be given this text; empty if nothing is against it. Its ODBC driver lets SQL load native code
// (load_extension), and read and write files (blob_import, blob_export), and does both as whom the process is: the former is
// refused to everybody, and what opens files, ATTACH and VACUUM INTO among it, unless the source is used `as_caller`.
std::string FaultOfSqliteText(std::string_view sql, bool as_caller);

}  // namespace onbehalf::service
