#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// Foreign text made safe for a terminal: control characters become \xNN, so that no name can move the cursor.
std::string Printable(std::string_view text);
// A JSON value on one line for people: strings without quotes, everything else as JSON.
std::string Display(const client::Json& value);

}  // namespace onbehalf::cli
