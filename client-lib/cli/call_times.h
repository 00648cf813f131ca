#pragma once

#include <chrono>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// The durations of several calls.
class CallTimes {
 public:
  using Duration = std::chrono::steady_clock::duration;

  void Add(Duration time) { times_.push_back(time); }
  // A line for people, "1000 calls in 0.41 s: min 0.31 ms, median 0.39 ms, p99 0.92 ms", and the same as
  // JSON. Both need at least one call. p99 is the smallest duration that 99 of 100 calls did not exceed.
  std::string Text() const;
  client::Json ToJson() const;

 private:
  struct Summary {
    Duration all, min, median, p99;
  };
  Summary Sum() const;

  std::vector<Duration> times_;
};

}  // namespace onbehalf::cli
