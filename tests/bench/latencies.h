#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <vector>

namespace onbehalf::bench {

// What one measurement gave.
struct Latencies {
  double p50_us = 0;
  double p99_us = 0;
  double per_second = 0;
};

// `round_trips` of every connection together, in nanoseconds; `took` is from the first write to the last answer.
Latencies Summarise(std::vector<std::chrono::nanoseconds>& round_trips, std::chrono::nanoseconds took);
// The run whose median is in the middle: one run in a noisy moment does not decide. There is at least one.
Latencies Median(std::vector<Latencies> runs);
nlohmann::json ToJson(const Latencies& latencies);

}  // namespace onbehalf::bench
