#pragma once

#include <span>
#include <string>

#include "completions/candidates.h"

namespace onbehalf::cli {

// Completes the last of `words`, which are the words after the program's name up to the cursor; the last one
// may be empty. Calls `discover` only where a method or a node may be. Driven by the command table.
WordCompletion CompleteWord(std::span<const std::string> words, const Discover& discover);

}  // namespace onbehalf::cli
