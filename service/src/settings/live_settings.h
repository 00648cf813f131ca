#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "onbehalf/service/settings.h"
#include "onbehalf/win32/lock.h"

namespace onbehalf::service {

// The settings in force, of which some change while the service runs (service.reload; TakesEffectAtReload says which).
// Whoever asks keeps what it got for the whole of what it does. Any thread.
class LiveSettings {
 public:
  // Told of new settings when Now() gives them, one change after the other, on the thread that makes the change.
  using Observer = std::function<void(const Settings& before, const Settings& now)>;

  explicit LiveSettings(Settings settings)
      : settings_(std::make_shared<const Settings>(std::move(settings))) {}

  std::shared_ptr<const Settings> Now() const {
    const std::lock_guard lock(mutex_);
    return settings_;
  }

  // For what has to do something about a change beyond asking Now() the next time. Stays until this goes. Those who only
  // read the settings may observe them.
  void Observe(Observer observer) const {
    const std::lock_guard lock(changing_);
    observers_.push_back(std::move(observer));
  }

  // Has `change` make the next settings of those in force, and tells the observers. What `change` throws leaves everything as
  // it is. Neither it nor an observer may call Change or Observe.
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
