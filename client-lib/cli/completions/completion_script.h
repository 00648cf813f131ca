#pragma once

#include <string_view>

namespace onbehalf::cli {

// The scripts with which a shell completes onbehalf's words. Both give the words to `onbehalf complete` and
// take what it prints; nothing else of the grammar is in them.
std::string_view PowerShellScript();
std::string_view BashScript();

}  // namespace onbehalf::cli
