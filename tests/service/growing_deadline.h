#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "onbehalf/service/settings.h"
#include "support/patience.h"
#include "test_server.h"

namespace onbehalf::test {

// For tests of what becomes of a request that has begun when its deadline passes: of no short time is it certain that it is
// enough to begin. Calls `attempt` with a deadline that is twice as long each time, until it returns that the request has
// begun in time; false if it never did. The deadline is that of `method`, whose next requests keep the last one, or if that
// is empty that of all, which have a patient one again afterwards.
template <typename Attempt>
bool WithGrowingDeadline(TestServer& server, Attempt attempt, std::string_view method = {}) {
  const auto set = [&](std::chrono::milliseconds deadline) {
    server.live_settings()->Change([&](const service::Settings& now) {
      service::Settings next = now;
      if (method.empty()) {
        next.limits.request_deadline = deadline;
      } else {
        next.methods.limits[std::string(method)].deadline = deadline;
      }
      return next;
    });
  };
  bool has_begun = false;
  for (std::chrono::milliseconds deadline{200}; !has_begun && deadline < kPatience; deadline *= 2) {
    set(deadline);
    has_begun = attempt(deadline);
  }
  if (method.empty()) set(kPatience);
  return has_begun;
}

}  // namespace onbehalf::test
