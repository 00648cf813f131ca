#pragma once

#include <nlohmann/json.hpp>

namespace onbehalf::bench {

// What an access check costs by the size of the policy: by AccessCheck, for the first request of a capture,
// and cached, for later requests of the same capture. Prints a table; returns its rows as JSON.
nlohmann::json MeasurePolicyChecks(std::size_t checks);

}  // namespace onbehalf::bench
