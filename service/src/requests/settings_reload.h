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

// Reads the settings file again while the service runs, and puts in force what can change. Any thread, except one that
// impersonates.
class SettingsReload {
 public:
  using Report = std::function<void(Event, std::initializer_list<std::string_view>)>;

  // `read` gives what a start would begin with, or its faults. `log` must outlive this.
  SettingsReload(
      std::function<SettingsResult()> read, std::shared_ptr<LiveSettings> live, Log& log,
      Report report = [](Event event, std::initializer_list<std::string_view> strings) {
        ReportToEventLog(event, strings);
      });

  struct Result {
    std::vector<SettingsFault> faults;  // all of them; if there is any, nothing has changed
    // Keys, in the order of the documentation. Never values: some are secrets.
    std::vector<std::string> changed;
    std::vector<std::string> needs_restart;  // differ from what is in force, and stay so until the next start
  };
  // For `account`, whom the log and the event log name. One at a time: what was read last is in force at the end.
  Result Run(std::string_view account);

 private:
  const std::function<SettingsResult()> read_;
  const std::shared_ptr<LiveSettings> live_;
  Log& log_;
  const Report report_;
  win32::Lock running_;  // from before the file is read until what it says is in force
};

}  // namespace onbehalf::service
