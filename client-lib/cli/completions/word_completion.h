#pragma once

#include <span>
#include <string>

#include "completions/candidates.h"

namespace onbehalf::cli {

// `words` are those behind the program's name up to the cursor; the last one is being typed, and may be
// empty. `discover` is asked only where a method or a node may stand. Goes by the table of commands.
WordCompletion CompleteWord(std::span<const std::string> words, const Discover& discover);

}  // namespace onbehalf::cli
