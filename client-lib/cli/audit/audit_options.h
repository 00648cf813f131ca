#pragma once

#include "command_line.h"
#include "words.h"

namespace onbehalf::cli {

// What was given to `audit`: sets the line's arguments and follow. Throws UsageError.
void TakeAudit(const Given& given, CommandLine& line);

}  // namespace onbehalf::cli
