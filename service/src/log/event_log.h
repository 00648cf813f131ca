#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace onbehalf::service {

// The event sources. The installer registers both, with the service's executable as their message file: the first in the
// Application log, the second in its own log, to which only the service may write.
inline constexpr const wchar_t* kEventSource = L"OnBehalf";
inline constexpr const wchar_t* kAuditEventSource = L"OnBehalf-Audit";

// The events that administrators read in the event log. Their messages are in event_messages.mc.
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

// Reports one event of `source`. Its message has two insertion strings: a missing one is empty, and any beyond two are appended
// to the second. Returns false if Windows did not accept it. Never throws. Not while impersonating.
bool ReportToEventLog(const wchar_t* source, Event event,
                      std::initializer_list<std::string_view> strings) noexcept;
// The same for the source OnBehalf; a failure is ignored, as there is nowhere to report it.
void ReportToEventLog(Event event, std::initializer_list<std::string_view> strings) noexcept;

}  // namespace onbehalf::service
