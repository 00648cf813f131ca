#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// A value as JSON, laid out in one way each. Json::dump is called in one file only: what it instantiates takes longer to compile
// than most files here. Throws Json::type_error for a string that is not UTF-8.

// In one line, without spaces.
std::string JsonLine(const client::Json& value);
// With line ends, each level indented by two spaces.
std::string JsonIndented(const client::Json& value);
// JsonLine in printable ASCII.
std::string JsonAscii(const client::Json& value);

}  // namespace onbehalf::cli
