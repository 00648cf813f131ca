#pragma once

#include <string_view>

namespace onbehalf::cli {

// The scripts that complete onbehalf's words in a shell. Both pass the words to `onbehalf complete` and use
// what it prints; they know nothing else of the grammar.
std::string_view PowerShellScript();
std::string_view BashScript();

}  // namespace onbehalf::cli
