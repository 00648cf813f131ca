#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "onbehalf/service/settings.h"
#include "onbehalf/win32/lock.h"

namespace onbehalf::service {

// The settings in force for what can change while the service runs (service.reload). Whoever asks keeps what it got for
// the whole of what it does. Any thread.
class LiveSettings {
 public:
  explicit LiveSettings(Settings settings) : settings_(std::make_shared<const Settings>(std::move(settings))) {}

  std::shared_ptr<const Settings> Now() const {
    const std::lock_guard lock(mutex_);
    return settings_;
  }
  void Replace(Settings settings) {
    auto next = std::make_shared<const Settings>(std::move(settings));
    const std::lock_guard lock(mutex_);
    settings_.swap(next);
  }

 private:
  mutable win32::Lock mutex_;
  std::shared_ptr<const Settings> settings_;
};

}  // namespace onbehalf::service
