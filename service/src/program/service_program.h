#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "onbehalf/service/method.h"

namespace onbehalf::service {

// How long a stop waits for calls that were asked to end, when nothing else is left to do, before the process ends without them.
struct StopTimeouts {
  // If all of them are calls of modules.
  std::chrono::milliseconds modules{5'000};
  // If some belong to the service or to the application that links it: those end, unless what they wait for (a database driver,
  // a device) never returns.
  std::chrono::milliseconds others{60'000};
  // For the modules' own stop, once none of their calls runs any more.
  std::chrono::milliseconds stop_of_modules{10'000};
  // Stops when there has been no connection for this long, instead of what service.idle_stop_minutes and the start trigger say.
  std::optional<std::chrono::milliseconds> idle;
};

// The public ServiceProgram (service_main.h) with configurable waits, for tests.
int ServiceProgram(int argc, wchar_t** argv, const std::function<void(MethodRegistry&)>& add_methods,
                   const StopTimeouts& timeouts);

}  // namespace onbehalf::service
