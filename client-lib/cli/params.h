#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// More than a service's default frame limit; its settings may allow more than that default.
inline constexpr std::size_t kMaxParamsBytes = 64 * 1024 * 1024;

// Parses `text` as the params of a call. Throws UsageError unless it is a JSON object or array.
client::Json ParseParams(std::string_view text);
// Decodes a file's or a pipe's bytes to UTF-8: drops a byte order mark and converts UTF-16, which Windows
// PowerShell writes. Throws UsageError for invalid UTF-16.
std::string ToUtf8Text(std::string bytes);

}  // namespace onbehalf::cli
