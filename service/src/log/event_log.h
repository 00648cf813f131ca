#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace onbehalf::service {

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

// Reports one event of `source`, one of a service's two (protocol::ServiceName). The installer registers both, with the service's
// executable as their message file: EventSource in the Application log, AuditEventSource in its own log, to which only the
// service may write. The message has two insertion strings: a missing one is empty, and any beyond two are appended
// to the second. Returns false if Windows did not accept it. Never throws. Not while impersonating.
bool ReportToEventLog(std::string_view source, Event event,
                      std::initializer_list<std::string_view> strings) noexcept;

}  // namespace onbehalf::service
