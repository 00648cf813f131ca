#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "onbehalf/service/settings.h"
#include "onbehalf/win32/lock.h"

namespace onbehalf::service {

// The settings in force. Some change while the service runs (service.reload; see TakesEffectAtReload). A caller of
// Now() uses that snapshot for the whole operation. Any thread.
class LiveSettings {
 public:
  // Called when Now() already returns the new settings; one change after the other, on the thread that makes it.
  using Observer = std::function<void(const Settings& before, const Settings& now)>;

  explicit LiveSettings(Settings settings)
      : settings_(std::make_shared<const Settings>(std::move(settings))) {}

  std::shared_ptr<const Settings> Now() const {
    const std::lock_guard lock(mutex_);
    return settings_;
  }

  // For code that must act on a change at once instead of at its next call of Now(). The observer stays registered
  // until this object is destroyed. const: holders of read-only settings may observe them.
  void Observe(Observer observer) const {
    const std::lock_guard lock(changing_);
    observers_.push_back(std::move(observer));
  }

  // Calls `change` to compute the next settings from those in force, then the observers. If `change` throws, nothing
  // changes. Neither `change` nor an observer may call Change or Observe.
  void Change(const std::function<Settings(const Settings& now)>& change) {
    const std::lock_guard one_at_a_time(changing_);
    const std::shared_ptr<const Settings> before = Now();
    const auto next = std::make_shared<const Settings>(change(*before));
    {
      const std::lock_guard lock(mutex_);
      settings_ = next;
    }
    for (const Observer& observer : observers_) observer(*before, *next);
  }

 private:
  mutable win32::Lock changing_;  // taken before mutex_
  mutable std::vector<Observer> observers_;
  mutable win32::Lock mutex_;  // held for a moment only
  std::shared_ptr<const Settings> settings_;
};

}  // namespace onbehalf::service
