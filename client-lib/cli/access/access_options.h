#pragma once

#include <string_view>

#include "command_line.h"
#include "words.h"

namespace onbehalf::cli {

// What was given to `access VERB`: sets the line's method and arguments. Throws UsageError.
void TakeAccess(std::string_view verb, const Given& given, CommandLine& line);

}  // namespace onbehalf::cli
