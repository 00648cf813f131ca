#include "audit/audit_events.h"

#include <cstddef>
#include <utility>

#include "audit/audit_line.h"
#include "onbehalf/win32/win32_error.h"
#include "text/escaped_text.h"
#include "text/sid_text.h"

namespace onbehalf::service {
namespace {

// Maximum size of a descriptor in an event; the audit has all of it.
constexpr std::size_t kEventSddlBytes = 1500;

void AppendField(std::string& text, std::string_view name, std::string_view value, std::size_t max_bytes) {
  if (!text.empty()) text += ' ';
  text += name;
  text += '=';
  AppendEscaped(text, value, Escaping::kLog, max_bytes);
}

void AppendAccount(std::string& text, std::string_view name, const CallerIdentity* caller) {
  if (caller == nullptr) return;
  AppendField(text, name, SidText(caller->user()).view(), kSidBytes);
  if (const auto* container = caller->app_container())
    AppendField(text, "package", SidText(container->package).view(), kSidBytes);
}

std::string DroppedText(std::uint64_t count, std::string_view where_they_are) {
  if (count == 0) return {};
  return "(" + std::to_string(count) + " more events have been dropped since the last one" +
         std::string(where_they_are) + ")";
}
constexpr std::string_view kInTheAudit = "; the audit has them";

}  // namespace

AuditEvents::AuditEvents(std::uint32_t per_minute, EventQueue::Report report)
    : denials_(per_minute), changes_(per_minute), failed_removals_(per_minute), queue_(std::move(report)) {}

// An event that does not fit is counted as dropped, together with those dropped before it.
void AuditEvents::Post(EventLimit& limit, std::uint64_t dropped, Event event, std::string first,
                       std::string second) {
  if (!queue_.Post(event, std::move(first), std::move(second))) limit.AddDropped(dropped + 1);
}

// `fields` builds the event's text, and is called only if the event may be reported.
template <typename Fields>
void AuditEvents::Report(EventLimit& limit, Event event, Time time, Fields&& fields) {
  const auto dropped = limit.Take(time);
  if (!dropped) return;
  std::string text;
  fields(text);
  Post(limit, *dropped, event, std::move(text), DroppedText(*dropped, kInTheAudit));
}

void AuditEvents::Denied(const AuditDecision& decision, Time time) {
  Report(denials_, Event::kRequestDenied, time, [&](std::string& text) {
    AppendField(text, "method", decision.method, kMethodBytes);
    AppendAccount(text, "account", decision.caller);
    AppendField(text, "node", decision.node, kNodeBytes);
    AppendField(text, "entry", decision.entry, kEntryBytes);
    AppendField(text, "request", decision.request_id, kRequestIdBytes);
  });
}

void AuditEvents::Denied(const AuditOutcome& outcome, Time time) {
  Report(denials_, Event::kRequestDenied, time, [&](std::string& text) {
    AppendField(text, "method", outcome.method, kMethodBytes);
    AppendAccount(text, "account", outcome.caller);
    AppendField(text, "by", "handler", 64);
    AppendField(text, "request", outcome.request_id, kRequestIdBytes);
  });
}

void AuditEvents::PolicyChanged(const AuditPolicyChange& change, Time time) {
  Report(changes_, Event::kPolicyChanged, time, [&](std::string& text) {
    AppendField(text, "node", change.node, kNodeBytes);
    AppendAccount(text, "by", change.caller);
    if (change.caller != nullptr) {
      AppendField(text, "request", change.request_id, kRequestIdBytes);
    } else {
      AppendField(text, "by", "a change to access.json from outside", 64);
    }
    AppendField(text, "version", std::to_string(change.version), 20);
    AppendField(text, "before", change.before.value_or("(default)"), kEventSddlBytes);
    AppendField(text, "after", change.after.value_or("(default)"), kEventSddlBytes);
  });
}

void AuditEvents::CannotRemove(const std::string& file, DWORD code, Time time) {
  const auto dropped = failed_removals_.Take(time);
  if (!dropped) return;
  std::string why = win32::ErrorName(code);
  if (*dropped != 0) why += ' ' + DroppedText(*dropped, {});
  Post(failed_removals_, *dropped, Event::kInternalError, "an old audit file cannot be removed: " + file,
       std::move(why));
}

}  // namespace onbehalf::service
