#pragma once

#include <string>
#include <string_view>

namespace onbehalf::cli {

// The text of --help: all of it, or of one command ("call", "access", "access grant").
std::string HelpText(std::string_view command = {});

}  // namespace onbehalf::cli
