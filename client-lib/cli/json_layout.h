#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// Serializes a JSON value in one of three layouts. Json::dump is instantiated in this file only, because it
// takes longer to compile than most files here. Throws Json::type_error for a string that is not UTF-8.

// On one line, without spaces.
std::string JsonLine(const client::Json& value);
// With line breaks, each level indented by two spaces.
std::string JsonIndented(const client::Json& value);
// JsonLine in printable ASCII.
std::string JsonAscii(const client::Json& value);

}  // namespace onbehalf::cli
