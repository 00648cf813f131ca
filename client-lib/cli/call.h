#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace onbehalf::cli {

// What `call` calls, and how. `notify` and `repeat` each exclude the other modes.
struct CallPlan {
  std::string method;
  std::optional<std::string> params;  // as given: JSON, @FILE or -
  bool notify = false;
  bool progress = false;
  std::optional<std::chrono::milliseconds> cancel_after;
  std::optional<std::int64_t> repeat;
};

}  // namespace onbehalf::cli
