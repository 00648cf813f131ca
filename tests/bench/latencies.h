#pragma once

#include <chrono>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <vector>

namespace onbehalf::bench {

// The result of one measurement.
struct Latencies {
  double p50_us = 0;
  double p99_us = 0;
  double per_second = 0;
};

// `round_trips`: of all connections together, in nanoseconds; `took`: from the first write to the last
// response.
Latencies Summarise(std::vector<std::chrono::nanoseconds>& round_trips, std::chrono::nanoseconds took);
// The run with the median p50, so that one run at a noisy moment does not decide. `runs` must not be empty.
Latencies Median(std::vector<Latencies> runs);
nlohmann::json ToJson(const Latencies& latencies);

// Latencies of `count` calls of `call`, one after the other.
template <typename Call>
Latencies OneAtATime(std::size_t calls, const Call& call) {
  using Clock = std::chrono::steady_clock;
  std::vector<std::chrono::nanoseconds> times;
  times.reserve(calls);
  const auto begun = Clock::now();
  for (std::size_t n = 0; n < calls; ++n) {
    const auto call_begun = Clock::now();
    call();
    times.push_back(Clock::now() - call_begun);
  }
  return Summarise(times, Clock::now() - begun);
}

}  // namespace onbehalf::bench
