#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace onbehalf::bench {

// How many times this process's own code has called each Windows function on the request path since the last
// ResetCallCounts, counted by linking counters in front of them (counted_calls.cpp). Functions that were not
// called are omitted.
std::vector<std::pair<std::string, std::uint64_t>> CallCounts();
void ResetCallCounts();

}  // namespace onbehalf::bench
