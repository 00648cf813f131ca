#include "requests/settings_reload.h"

#include <mutex>
#include <utility>

#include "settings/settings_table.h"

namespace onbehalf::service {
namespace {

std::string Listed(const std::vector<std::string>& keys) {
  std::string text;
  for (const std::string& key : keys) text += (text.empty() ? "" : ", ") + key;
  return text.empty() ? "nothing" : text;
}

}  // namespace

SettingsReload::SettingsReload(std::function<SettingsResult()> read, std::shared_ptr<LiveSettings> live,
                               Log& log, Report report)
    : read_(std::move(read)), live_(std::move(live)), log_(log), report_(std::move(report)) {
  if (report_) return;
  report_ = [this](Event event, std::initializer_list<std::string_view> strings) {
    log_.Report(event, strings);
  };
}

SettingsReload::Result SettingsReload::Run(std::string_view account) {
  Result result;
  const std::lock_guard one_at_a_time(running_);
  SettingsResult read = read_();
  if (!read.faults.empty()) {
    for (const SettingsFault& fault : read.faults) {
      log_.Write(LogLevel::kError, "the settings were reloaded and refused: the previous ones stay in force",
                 {{"by", account}, {"key", fault.key}, {"fault", fault.message}});
    }
    result.faults = std::move(read.faults);
    return result;
  }
  live_->Change([&](const Settings& now) {
    Settings next = now;
    for (const SettingRow& row : SettingRows()) {
      if (row.get(now) == row.get(read.settings)) continue;
      if (TakesEffectAtReload(row)) {
        row.copy(read.settings, next);
        result.changed.emplace_back(row.key);
      } else {
        result.needs_restart.emplace_back(row.key);
      }
    }
    return next;
  });
  const std::string changed = Listed(result.changed);
  const std::string needs_restart = Listed(result.needs_restart);
  log_.Write(LogLevel::kInfo, "the settings were reloaded",
             {{"by", account}, {"changed", changed}, {"needs_restart", needs_restart}});
  report_(Event::kSettingsReloaded, {"Requested by " + std::string(account) + ". In force now: " + changed +
                                     ". In force after a restart: " + needs_restart + "."});
  return result;
}

}  // namespace onbehalf::service
