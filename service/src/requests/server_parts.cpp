#include "requests/server_parts.h"

#include "log/log.h"

namespace onbehalf::service {

void UnansweredRequests::Add() {
  const std::lock_guard lock(mutex_);
  ++count_;
}

void UnansweredRequests::Remove() {
  const std::lock_guard lock(mutex_);
  if (--count_ == 0) none_.NotifyAll();
}

bool UnansweredRequests::WaitUntilNone(std::chrono::milliseconds timeout) {
  const std::lock_guard lock(mutex_);
  return none_.WaitFor(mutex_, timeout, [this] { return count_ == 0; });
}

std::string ServerParts::NextRequestId() { return run_id + "-" + std::to_string(++last_request); }

void ServerParts::NoteAudit(bool recorded) {
  if (recorded != audit_fails.load(std::memory_order_relaxed)) return;
  if (audit_fails.exchange(!recorded) == !recorded) return;
  if (recorded) {
    log.Write(LogLevel::kInfo, "the audit can be written again; its \"gap\" line counts the missing lines");
    log.Report(Event::kAuditRestored, {});
    return;
  }
  const std::string error = audit.State().error;
  log.Write(LogLevel::kError,
            audit_required
                ? "the audit cannot be written: requests are refused until it can"
                : "the audit cannot be written: requests continue without it (audit.required is false)",
            {{"why", error}});
  log.Report(audit_required ? Event::kAuditUnavailable : Event::kAuditNotRequired, {error});
}

}  // namespace onbehalf::service
