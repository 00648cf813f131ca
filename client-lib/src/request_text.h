#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "onbehalf/client/client.h"

namespace onbehalf::client {

// Throws std::invalid_argument for parameters that no request may have.
void CheckParams(const Json& params, bool wants_progress);

// The request, which asks for progress under its own id if need be. The parameters have been checked.
std::string RequestText(std::int64_t id, std::string_view method, const Json& params, bool wants_progress);

}  // namespace onbehalf::client
