#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "onbehalf/service/settings.h"
#include "support/patience.h"
#include "test_server.h"

namespace onbehalf::test {

// WithGrowingTime for requests that are running when their deadline passes. Sets the deadline of `method`,
// whose later requests keep the last one; if `method` is empty, sets the deadline of all methods, which is
// kPatience again afterwards.
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
  const bool has_begun = WithGrowingTime([&](std::chrono::milliseconds deadline) {
    set(deadline);
    return attempt(deadline);
  });
  if (method.empty()) set(kPatience);
  return has_begun;
}

}  // namespace onbehalf::test
