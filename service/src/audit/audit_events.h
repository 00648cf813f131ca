#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "audit/audit_records.h"
#include "audit/event_limit.h"
#include "audit/event_queue.h"
#include "log/event_log.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {

// What of the audit the event log is told too: denials, changes of the policy, and old files that cannot be removed. Each kind at
// most `per_minute` times a minute; what is left out is counted and told with the next one. Any thread; nobody waits for the
// event log.
class AuditEvents {
 public:
  using Time = std::chrono::system_clock::time_point;

  // Throws win32::Win32Error.
  AuditEvents(std::uint32_t per_minute, EventQueue::Report report);

  void Denied(const AuditDecision& decision, Time time);
  // By the method itself.
  void Denied(const AuditOutcome& outcome, Time time);
  void PolicyChanged(const AuditPolicyChange& change, Time time);
  void CannotRemove(const std::string& file, DWORD code, Time time);

  // Waits until the events of what was reported before have been written.
  void Flush() { queue_.Flush(); }

 private:
  template <typename Fields>
  void Report(EventLimit& limit, Event event, Time time, Fields&& fields);
  void Post(EventLimit& limit, std::uint64_t left_out, Event event, std::string first, std::string second);

  EventLimit denials_;
  EventLimit changes_;
  EventLimit failed_removals_;
  EventQueue queue_;
};

}  // namespace onbehalf::service
