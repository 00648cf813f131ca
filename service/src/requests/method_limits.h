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

// The limits of individual methods (Settings::Methods): counts the running handlers and the open streams of each limited method,
// in total and per account. Calls that began before their method was limited are not counted. Any thread.
class MethodLimits {
 public:
  struct Releaser {
    const Method* method = nullptr;
    const win32::Sid* account = nullptr;
    void operator()(MethodLimits* limits) const noexcept { limits->Leave(*method, *account); }
  };
  // One of a method's places, released by its destructor: before the limits, the method and the account's SID are destroyed.
  // Null if nothing is counted.
  using Place = std::unique_ptr<MethodLimits, Releaser>;

  // Takes a place within `limits` of `method`; nullopt if there is none. Must be called only after access to the method was
  // granted: nobody else may learn that it has limits.
  [[nodiscard]] std::optional<Place> TryEnter(const Settings::MethodLimits& limits, const Method& method,
                                              const win32::Sid& account);

 private:
  void Leave(const Method& method, const win32::Sid& account) noexcept;

  struct Count {
    std::size_t all = 0;
    std::unordered_map<win32::Sid, std::size_t, win32::SidHash> by_account;
  };

  win32::Lock mutex_;
  std::unordered_map<const Method*, Count> counts_;  // only for methods that are running
};

// Whether CheckMethodLimits receives all methods, or all except those of modules.
enum class KnownMethods { kAll, kWithoutModules };

// Finds settings that fit no method: a name that `methods` does not have, a deadline of a stream, which has none. Without the
// modules' methods, an unknown namespace is assumed to be a module's if any module is to be loaded.
void CheckMethodLimits(const Settings& settings, const MethodRegistry& methods, KnownMethods known,
                       std::vector<SettingsFault>& faults);

}  // namespace onbehalf::service
