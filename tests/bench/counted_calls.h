#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace onbehalf::bench {

// How often this process's own code has called each of the Windows functions on the request path since the last
// ResetCallCounts, by linking counters in front of them (counted_calls.cpp). Functions that were not called are left out.
std::vector<std::pair<std::string, std::uint64_t>> CallCounts();
void ResetCallCounts();

}  // namespace onbehalf::bench
