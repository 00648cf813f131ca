#pragma once

#include <string>
#include <string_view>

namespace onbehalf::cli {

// The text of --help, for everything or for one command ("call", "access", "access grant").
std::string HelpText(std::string_view command = {});

}  // namespace onbehalf::cli
