#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "onbehalf/service/method.h"
#include "onbehalf/service/settings.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::service {

// The limits of single methods (Settings::Methods): counts the handlers that run and the streams that are open of each
// method that has any, of all accounts and of each. What began before its method had such a limit is not counted. Any
// thread.
class MethodLimits {
 public:
  struct GiveBack {
    const Method* method = nullptr;
    const win32::Sid* account = nullptr;
    void operator()(MethodLimits* limits) const noexcept { limits->Leave(*method, *account); }
  };
  // One of a method's places, given back when this goes: before the limits, the method and the account's SID do. Null
  // where nothing is counted.
  using Place = std::unique_ptr<MethodLimits, GiveBack>;

  // A place among those that `limits` leave `method`; nullopt when there is none. To be asked for once access to the
  // method has been granted: nobody else may learn that it has limits.
  [[nodiscard]] std::optional<Place> TryEnter(const Settings::MethodLimits& limits, const Method& method,
                                              const win32::Sid& account);

 private:
  void Leave(const Method& method, const win32::Sid& account) noexcept;

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
