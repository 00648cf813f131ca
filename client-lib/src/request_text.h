#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "onbehalf/client/client.h"

namespace onbehalf::client {

// Throws std::invalid_argument for parameters that a request cannot have.
void CheckParams(const Json& params, bool wants_progress);

// The request, with its own id as progress token if progress is wanted. The parameters must have been checked.
std::string RequestText(std::int64_t id, std::string_view method, const Json& params, bool wants_progress);

}  // namespace onbehalf::client
