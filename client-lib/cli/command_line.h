#pragma once

#include <span>
#include <string>

#include "invocation.h"

namespace onbehalf::cli {

// `arguments` are UTF-8, without the program's name. Throws UsageError.
Invocation ParseCommandLine(std::span<const std::string> arguments);

}  // namespace onbehalf::cli
