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

// The part of the audit that also goes to the event log: denials, policy changes, and old files that cannot be removed. At most
// `per_minute` events a minute of each kind; dropped ones are counted, and the next event reports the count. Any thread; no
// caller waits for the event log.
class AuditEvents {
 public:
  using Time = std::chrono::system_clock::time_point;

  // Throws win32::Win32Error.
  AuditEvents(std::uint32_t per_minute, EventQueue::Report report);

  void Denied(const AuditDecision& decision, Time time);
  // Denied by the method itself.
  void Denied(const AuditOutcome& outcome, Time time);
  void PolicyChanged(const AuditPolicyChange& change, Time time);
  void CannotRemove(const std::string& file, DWORD code, Time time);

  // Waits until everything reported so far has been written.
  void Flush() { queue_.Flush(); }

 private:
  template <typename Fields>
  void Report(EventLimit& limit, Event event, Time time, Fields&& fields);
  void Post(EventLimit& limit, std::uint64_t dropped, Event event, std::string first, std::string second);

  EventLimit denials_;
  EventLimit changes_;
  EventLimit failed_removals_;
  EventQueue queue_;
};

}  // namespace onbehalf::service
