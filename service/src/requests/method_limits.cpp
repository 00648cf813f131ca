#include "requests/method_limits.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "settings/settings_faults.h"

namespace onbehalf::service {

std::optional<MethodLimits::Place> MethodLimits::TryEnter(const Settings::MethodLimits& limits,
                                                          const Method& method, const win32::Sid& account) {
  if (!limits.handlers && !limits.handlers_per_account) return Place();

  const std::lock_guard lock(mutex_);
  const auto counted = counts_.find(&method);
  if (counted != counts_.end()) {
    const Count& count = counted->second;
    const auto own = count.by_account.find(account);
    if (limits.handlers && count.all >= *limits.handlers) return std::nullopt;
    if (limits.handlers_per_account && own != count.by_account.end() &&
        own->second >= *limits.handlers_per_account) {
      return std::nullopt;
    }
  }
  Count& count = counts_[&method];
  ++count.by_account[account];
  ++count.all;
  return Place(this, Releaser{&method, &account});
}

void MethodLimits::Leave(const Method& method, const win32::Sid& account) noexcept {
  const std::lock_guard lock(mutex_);
  const auto counted = counts_.find(&method);
  Count& count = counted->second;
  const auto own = count.by_account.find(account);
  if (--own->second == 0) count.by_account.erase(own);
  if (--count.all == 0) counts_.erase(counted);
}

void CheckMethodLimits(const Settings& settings, const MethodRegistry& methods, KnownMethods known,
                       std::vector<SettingsFault>& faults) {
  const std::string section = "methods.limits.";
  std::vector<std::string> names;
  for (const Method* method : methods.All()) names.push_back(method->name);
  const auto may_be_a_modules = [&](std::string_view name) {
    const std::string_view of_namespace = name.substr(0, name.find('.') + 1);
    return known == KnownMethods::kWithoutModules && !settings.modules.load.empty() &&
           std::none_of(names.begin(), names.end(),
                        [&](const std::string& each) { return each.starts_with(of_namespace); });
  };
  for (const auto& [name, limits] : settings.methods.limits) {
    const Method* const method = methods.Find(name);
    if (method == nullptr) {
      if (may_be_a_modules(name)) continue;
      faults.push_back(
          {section + name, UnknownKey(name, names, "'onbehalf methods' lists the methods").message});
    } else if (limits.deadline && !method->handler) {
      faults.push_back({section + name + ".deadline_ms", "the method is a stream, which has no deadline"});
    }
  }
}

}  // namespace onbehalf::service
