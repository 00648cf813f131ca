#pragma once

#include <string>
#include <string_view>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// Parses `text` as the params of a call. Throws UsageError unless it is a JSON object or array.
client::Json ParseParams(std::string_view text);
// The same for the PARAMS of a command line: JSON, @FILE or - (standard input).
client::Json ReadParams(const std::string& given);
// The bytes of the file `name` (UTF-8), at most 64 MiB. Throws UsageError.
std::string ReadFile(const std::string& name);
// Decodes a file's or a pipe's bytes to UTF-8: drops a byte order mark and converts UTF-16, which Windows
// PowerShell writes. Throws UsageError for invalid UTF-16.
std::string ToUtf8Text(std::string bytes);

}  // namespace onbehalf::cli
