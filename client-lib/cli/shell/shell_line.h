#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>

#include "onbehalf/client/client.h"

namespace onbehalf::cli::shell {

// What a line of the shell asks for.
struct Nothing {};  // an empty line
struct Help {};
struct Quit {};
struct ListMethods {
  std::string name;  // a method's or a namespace's; empty: all
};
struct CallMethod {
  std::string method;
  client::Json params;  // an object, an array, or null for none
};
using Request = std::variant<Nothing, Help, Quit, ListMethods, CallMethod>;

// A line is a word of the shell (help, methods [NAME], quit, exit), or METHOD [PARAMS]. PARAMS is a JSON
// object or array, or NAME=VALUE …, each VALUE a JSON value (in which spaces may stand inside quotes and
// brackets) or else the text up to the next space. Throws UsageError.
Request ParseShellLine(std::string_view line);

// Whether the line may hold a secret: its parameters have a word such as password in them, in a name or in a
// value. Of any text, also one that ParseShellLine refuses.
bool HoldsSecret(std::string_view line);

}  // namespace onbehalf::cli::shell
