#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace onbehalf::service {

// The events an administrator reads in the Application log, source OnBehalf. Their texts are in
// event_messages.mc.
enum class Event {
  kStarted,
  kStopped,
  kStartFailed,
  kSettingsRefused,
  kPipeSquatted,
  kAuditUnavailable,
  kHardeningIncomplete,
  kInternalError,
};

// Reports one event. Its text has two places for strings: a missing one is empty, and what is more than two
// goes to the second place. Never throws; a failure to report is not reported (there is nowhere to). Not
// while impersonating.
void ReportToEventLog(Event event, std::initializer_list<std::string_view> strings) noexcept;

}  // namespace onbehalf::service
