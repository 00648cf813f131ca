#pragma once

#include "command_line.h"
#include "words.h"

namespace onbehalf::cli {

// What follows `access`: sets the line's method and arguments, or its command to kHelp. Options may stand
// anywhere after the verb. Throws UsageError.
void ParseAccess(Words& words, CommandLine& line);

}  // namespace onbehalf::cli
