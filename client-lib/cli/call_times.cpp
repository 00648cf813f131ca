#include "call_times.h"

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "onbehalf/protocol/json_object.h"

namespace onbehalf::cli {
namespace {

double Milliseconds(CallTimes::Duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

CallTimes::Summary CallTimes::Sum() const {
  std::vector<Duration> sorted = times_;
  std::sort(sorted.begin(), sorted.end());
  // Nearest rank: the 1st of 1 call, the 198th of 200.
  const auto rank = [&](std::size_t percent) { return sorted[(sorted.size() * percent + 99) / 100 - 1]; };
  return {std::accumulate(sorted.begin(), sorted.end(), Duration::zero()), sorted.front(), rank(50),
          rank(99)};
}

std::string CallTimes::Text() const {
  const Summary sum = Sum();
  char text[160];
  std::snprintf(text, sizeof text, "%zu %s in %.2f s: min %.2f ms, median %.2f ms, p99 %.2f ms\n",
                times_.size(), times_.size() == 1 ? "call" : "calls", Milliseconds(sum.all) / 1000,
                Milliseconds(sum.min), Milliseconds(sum.median), Milliseconds(sum.p99));
  return text;
}

client::Json CallTimes::ToJson() const {
  const Summary sum = Sum();
  return protocol::MakeObject({{"calls", times_.size()},
                               {"all_ms", Milliseconds(sum.all)},
                               {"min_ms", Milliseconds(sum.min)},
                               {"median_ms", Milliseconds(sum.median)},
                               {"p99_ms", Milliseconds(sum.p99)}});
}

}  // namespace onbehalf::cli
