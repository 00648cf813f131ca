#pragma once

#include <nlohmann/json.hpp>

namespace onbehalf::bench {

// What an access check costs by the size of the policy around it: asked of Windows, as the first request of a capture
// is, and remembered, as the further ones of the same capture are. Prints a table; its rows as JSON.
nlohmann::json MeasurePolicyChecks(std::size_t checks);

}  // namespace onbehalf::bench
