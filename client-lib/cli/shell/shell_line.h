#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>

#include "onbehalf/client/client.h"

namespace onbehalf::cli::shell {

// The parsed forms of a shell line.
struct Nothing {};  // an empty line
struct Help {};
struct Quit {};
struct ListMethods {
  std::string name;  // a method or a namespace; empty: all
};
struct CallMethod {
  std::string method;
  client::Json params;  // an object, an array, or null for none
};
using Request = std::variant<Nothing, Help, Quit, ListMethods, CallMethod>;

// A line is a shell command (help, methods [NAME], quit, exit) or METHOD [PARAMS]. PARAMS is a JSON object or
// array, or NAME=VALUE …, each VALUE a JSON value (with spaces only inside quotes and brackets) or else the
// text up to the next space. Throws UsageError.
Request ParseShellLine(std::string_view line);

// Whether the line may hold a secret: its parameters contain a word such as password, in a name or in a
// value. Works for any text, including lines that ParseShellLine rejects.
bool HoldsSecret(std::string_view line);

}  // namespace onbehalf::cli::shell
