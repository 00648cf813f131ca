#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "log/event_log.h"
#include "log/log.h"
#include "onbehalf/service/settings.h"
#include "onbehalf/win32/lock.h"
#include "settings/live_settings.h"

namespace onbehalf::service {

// Reads the settings file again while the service runs, and applies the settings that can change. Any thread, except one that
// impersonates.
class SettingsReload {
 public:
  using Report = std::function<void(Event, std::initializer_list<std::string_view>)>;

  // `read` returns what a start would use, or its faults. `log` must outlive this. `report` gets the events; by default the log
  // does.
  SettingsReload(std::function<SettingsResult()> read, std::shared_ptr<LiveSettings> live, Log& log,
                 Report report = {});

  struct Result {
    std::vector<SettingsFault> faults;  // all of them; with any, nothing has changed
    // Keys, in the order of the documentation. Never values, because some are secrets.
    std::vector<std::string> changed;
    std::vector<std::string> needs_restart;  // differ from the settings in force until the next start
  };
  // For `account`, which the log and the event log name. One at a time, so that the settings read last win.
  Result Run(std::string_view account);

 private:
  const std::function<SettingsResult()> read_;
  const std::shared_ptr<LiveSettings> live_;
  Log& log_;
  Report report_;
  win32::Lock running_;  // from before the file is read until it is in force
};

}  // namespace onbehalf::service
