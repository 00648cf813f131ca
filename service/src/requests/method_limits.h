#pragma once

#include <cstddef>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "onbehalf/service/method.h"
#include "onbehalf/service/settings.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::service {

class RunningRequest;

// The limits of single methods (Settings::Methods): counts the handlers that run and the streams that are open of each
// method that has any, of all accounts and of each. What began before its method had such a limit is not counted. Any
// thread.
class MethodLimits {
 public:
  // Gives the request the deadline of its method, if that has one of its own, and a place; false when there is none. To be
  // called once access to `method` has been granted: nobody else may learn that it has limits. A place is given back by
  // Leave.
  [[nodiscard]] bool TryEnter(RunningRequest& request, const Method& method);
  // Gives the request's place back, if it has one. More than one thread may call this for a request.
  void Leave(RunningRequest& request);

 private:
  struct Count {
    std::size_t all = 0;
    std::unordered_map<win32::Sid, std::size_t, win32::SidHash> by_account;
  };

  win32::Lock mutex_;
  std::unordered_map<const Method*, Count> counts_;  // not of methods that nobody runs
};

// Whether CheckMethodLimits is given all methods, or those of modules are missing.
enum class KnownMethods { kAll, kWithoutModules };

// The settings that fit no method: a name that `methods` does not have, a deadline of a stream, which has none. Without
// the modules' methods, what is in a namespace that is not there is taken for theirs if any module is to be loaded.
void CheckMethodLimits(const Settings& settings, const MethodRegistry& methods, KnownMethods known,
                       std::vector<SettingsFault>& faults);

}  // namespace onbehalf::service
