#pragma once

#include <string>
#include <string_view>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// `text` as the params of a call. Throws UsageError unless it is a JSON object or array.
client::Json ParseParams(std::string_view text);
// The same of what a person gives for them: JSON, @FILE or - (standard input).
client::Json ReadParams(const std::string& given);
// The bytes of the file `name` (UTF-8), at most 64 MiB. Throws UsageError.
std::string ReadFile(const std::string& name);
// A file's or a pipe's bytes as UTF-8: a byte order mark goes, UTF-16 (which Windows PowerShell writes) is
// converted. Throws UsageError for UTF-16 that is none.
std::string ToUtf8Text(std::string bytes);

}  // namespace onbehalf::cli
