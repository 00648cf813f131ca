#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <ratio>
#include <utility>

#include "onbehalf/win32/lock.h"

namespace onbehalf::service {

// Limits how many events of a kind are reported: at most `per_minute` at once, and as many per minute in the long run; dropped
// events are counted. Any thread.
class EventLimit {
 public:
  using Time = std::chrono::system_clock::time_point;

  explicit EventLimit(std::uint32_t per_minute) : per_minute_(per_minute), tokens_(per_minute) {}

  // If an event may be reported at `now`, the number dropped since the last one; nullopt if not. Setting the clock back grants
  // no events.
  std::optional<std::uint64_t> Take(Time now) {
    const std::lock_guard lock(lock_);
    if (now > refilled_) {
      const std::chrono::duration<double, std::ratio<60>> minutes = now - refilled_;
      tokens_ += minutes.count() * per_minute_;
      if (tokens_ > per_minute_) tokens_ = per_minute_;
    }
    refilled_ = now;
    if (tokens_ < 1) {
      ++dropped_;
      return std::nullopt;
    }
    tokens_ -= 1;
    return std::exchange(dropped_, 0);
  }
  // An event that Take allowed could not be reported after all, nor could the count of those dropped before it.
  void AddDropped(std::uint64_t count) {
    const std::lock_guard lock(lock_);
    dropped_ += count;
  }

 private:
  const double per_minute_;
  win32::Lock lock_;
  double tokens_;
  Time refilled_;
  std::uint64_t dropped_ = 0;
};

}  // namespace onbehalf::service
