#include "latencies.h"

#include <algorithm>

namespace onbehalf::bench {

Latencies Summarise(std::vector<std::chrono::nanoseconds>& round_trips, std::chrono::nanoseconds took) {
  std::sort(round_trips.begin(), round_trips.end());
  const auto at = [&](double share) {
    const auto index = static_cast<std::size_t>(share * static_cast<double>(round_trips.size() - 1));
    return std::chrono::duration<double, std::micro>(round_trips[index]).count();
  };
  Latencies result;
  result.p50_us = at(0.5);
  result.p99_us = at(0.99);
  result.per_second = static_cast<double>(round_trips.size()) / std::chrono::duration<double>(took).count();
  return result;
}

Latencies Median(std::vector<Latencies> runs) {
  std::sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) { return a.p50_us < b.p50_us; });
  return runs[runs.size() / 2];
}

nlohmann::json ToJson(const Latencies& latencies) {
  return {{"p50_us", latencies.p50_us}, {"p99_us", latencies.p99_us}, {"per_second", latencies.per_second}};
}

}  // namespace onbehalf::bench
