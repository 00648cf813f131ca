#pragma once

#include "command_line.h"
#include "words.h"

namespace onbehalf::cli {

// What follows `audit`: sets the line's method (audit.read or audit.verify), arguments and follow. Throws
// UsageError.
void ParseAudit(Words& words, CommandLine& line);

}  // namespace onbehalf::cli
