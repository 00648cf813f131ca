#pragma once

#include <span>

#include "command.h"

namespace onbehalf::cli {

// Every command, in the order of the help. Parsing, help and completion use only this table; native tests define
// another one.
std::span<const Command* const> CommandTable();

}  // namespace onbehalf::cli
