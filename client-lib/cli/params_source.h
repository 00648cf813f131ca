#pragma once

#include <string>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// Reads the PARAMS of a command line: JSON, @FILE or - (standard input). Throws UsageError, as ParseParams does.
client::Json ReadParams(const std::string& given);
// The bytes of the file `name` (UTF-8), at most kMaxParamsBytes. Throws UsageError.
std::string ReadFile(const std::string& name);

}  // namespace onbehalf::cli
