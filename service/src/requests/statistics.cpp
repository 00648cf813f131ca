#include "requests/statistics.h"

#include <algorithm>
#include <bit>

namespace onbehalf::service {

void Statistics::AddLatency(std::chrono::nanoseconds took) {
  const auto micros = static_cast<std::uint64_t>(std::max<std::int64_t>(0, took.count() / 1'000));
  const auto bucket = std::min<std::size_t>(static_cast<std::size_t>(std::bit_width(micros)), kBuckets - 1);
  latency[bucket].fetch_add(1, std::memory_order_relaxed);
}

}  // namespace onbehalf::service
