#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace onbehalf::service {

// The sources of the events. The installer registers both and, as their message file, the service's executable: the
// first in the Application log, the second in a log of its own, into which only the service may write.
inline constexpr const wchar_t* kEventSource = L"OnBehalf";
inline constexpr const wchar_t* kAuditEventSource = L"OnBehalf-Audit";

// The events an administrator reads in the event log. Their texts are in event_messages.mc.
enum class Event {
  kStarted,
  kStopped,
  kStartFailed,
  kSettingsRefused,
  kPipeSquatted,
  kAuditUnavailable,
  kHardeningIncomplete,
  kInternalError,
  kAuditAnchor,
  kRequestDenied,
  kPolicyChanged,
  kAuditNotRequired,
  kAuditRestored,
  kPolicyRefused,
  kSettingsReloaded,
  kModuleQuarantined,
};

// Reports one event of `source`. Its text has two places for strings: a missing one is empty, and what is more than two
// goes to the second place. False when Windows did not take it. Never throws. Not while impersonating.
bool ReportToEventLog(const wchar_t* source, Event event,
                      std::initializer_list<std::string_view> strings) noexcept;
// The same of source OnBehalf; a failure to report is not reported (there is nowhere to).
void ReportToEventLog(Event event, std::initializer_list<std::string_view> strings) noexcept;

}  // namespace onbehalf::service
