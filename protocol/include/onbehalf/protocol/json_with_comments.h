// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "onbehalf/protocol/json_text.h"

namespace onbehalf::protocol {

// For settings that people edit: like ParseJson, but `// ...` up to the line's end and `/* ... */` count as white space, and a comma may
// follow the last member or element, as in Visual Studio Code's settings.json and .NET's appsettings.json. Comments do not nest.
// Everything else, including the limits and the offsets of faults, is as in ParseJson. If there is no value, only white space and
// comments, there is no fault and `value` is discarded (Json::is_discarded).
//
// Not for messages, the policy or anything else that programs exchange: those are strict JSON.
JsonFault ParseJsonWithComments(std::string_view text, const JsonLimits& limits, Json& value);

}  // namespace onbehalf::protocol
