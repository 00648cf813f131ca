#pragma once

#include <chrono>
#include <functional>

#include "onbehalf/service/method.h"

namespace onbehalf::service {

// How long a stop waits for calls that have been asked to end, when nothing else is left of it, before the process ends without
// them.
struct StopPatience {
  // All of them are calls of modules.
  std::chrono::milliseconds modules{5'000};
  // Some are the service's own, or of the application that it is linked into: those end, unless what they wait for (a
  // database's driver, a device) never comes back.
  std::chrono::milliseconds others{60'000};
  // Of modules themselves, once no call of them runs any more.
  std::chrono::milliseconds stop_of_modules{10'000};
};

// As the public ServiceProgram (service_main.h), for tests that cannot wait for so long.
int ServiceProgram(int argc, wchar_t** argv, const std::function<void(MethodRegistry&)>& add_methods,
                   const StopPatience& patience);

}  // namespace onbehalf::service
