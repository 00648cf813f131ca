#pragma once

#include <string>
#include <string_view>

#include "onbehalf/protocol/json_text.h"

namespace onbehalf::protocol {

// Append compact JSON to `out`, so that a message is built in one buffer. Both throw std::invalid_argument if a
// string is not valid UTF-8; what they appended before remains.
void AppendString(std::string& out, std::string_view text);
void AppendJson(std::string& out, const Json& value);

}  // namespace onbehalf::protocol
