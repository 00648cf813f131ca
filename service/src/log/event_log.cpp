#include "log/event_log.h"

#include <array>
#include <cstddef>
#include <exception>

#include "event_messages.h"
#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"

namespace onbehalf::service {
namespace {

// Every message in event_messages.mc has this many insertion strings.
constexpr std::size_t kStrings = 2;
// ReportEventW accepts 31,839 characters per string ("lpStrings"); a screenful is enough.
constexpr std::size_t kStringUnits = 4000;

struct EventSourceTraits {
  using Type = HANDLE;
  static Type Invalid() noexcept { return nullptr; }
  static void Close(Type source) noexcept { ::DeregisterEventSource(source); }
};

struct EventKind {
  DWORD id;
  WORD type;
};

EventKind KindOf(Event event) {
  switch (event) {
    case Event::kStarted:
      return {ONBEHALF_EVENT_STARTED, EVENTLOG_INFORMATION_TYPE};
    case Event::kStopped:
      return {ONBEHALF_EVENT_STOPPED, EVENTLOG_INFORMATION_TYPE};
    case Event::kStartFailed:
      return {ONBEHALF_EVENT_START_FAILED, EVENTLOG_ERROR_TYPE};
    case Event::kSettingsRefused:
      return {ONBEHALF_EVENT_SETTINGS_REFUSED, EVENTLOG_ERROR_TYPE};
    case Event::kPipeSquatted:
      return {ONBEHALF_EVENT_PIPE_SQUATTED, EVENTLOG_ERROR_TYPE};
    case Event::kAuditUnavailable:
      return {ONBEHALF_EVENT_AUDIT_UNAVAILABLE, EVENTLOG_ERROR_TYPE};
    case Event::kHardeningIncomplete:
      return {ONBEHALF_EVENT_HARDENING_INCOMPLETE, EVENTLOG_WARNING_TYPE};
    case Event::kAuditAnchor:
      return {ONBEHALF_EVENT_AUDIT_ANCHOR, EVENTLOG_INFORMATION_TYPE};
    case Event::kRequestDenied:
      return {ONBEHALF_EVENT_REQUEST_DENIED, EVENTLOG_WARNING_TYPE};
    case Event::kPolicyChanged:
      return {ONBEHALF_EVENT_POLICY_CHANGED, EVENTLOG_INFORMATION_TYPE};
    case Event::kAuditNotRequired:
      return {ONBEHALF_EVENT_AUDIT_NOT_REQUIRED, EVENTLOG_ERROR_TYPE};
    case Event::kAuditRestored:
      return {ONBEHALF_EVENT_AUDIT_RESTORED, EVENTLOG_INFORMATION_TYPE};
    case Event::kPolicyRefused:
      return {ONBEHALF_EVENT_POLICY_REFUSED, EVENTLOG_ERROR_TYPE};
    case Event::kSettingsReloaded:
      return {ONBEHALF_EVENT_SETTINGS_RELOADED, EVENTLOG_INFORMATION_TYPE};
    case Event::kModuleQuarantined:
      return {ONBEHALF_EVENT_MODULE_QUARANTINED, EVENTLOG_ERROR_TYPE};
    case Event::kInternalError:
      break;
  }
  return {ONBEHALF_EVENT_INTERNAL_ERROR, EVENTLOG_ERROR_TYPE};
}

// UTF-8, possibly invalid, as text that the event viewer shows literally: otherwise it would expand %1 inside a string
// ("ReportEventW", lpStrings).
std::wstring Insertion(std::string_view text) {
  const int bytes = static_cast<int>(text.size() < 4 * kStringUnits ? text.size() : 4 * kStringUnits);
  std::wstring wide(static_cast<std::size_t>(bytes), L'\0');
  wide.resize(static_cast<std::size_t>(
      ::MultiByteToWideChar(CP_UTF8, 0, text.data(), bytes, wide.data(), static_cast<int>(wide.size()))));
  if (wide.size() > kStringUnits) wide.resize(kStringUnits);
  std::wstring shown;
  for (const wchar_t c : wide) {
    if (c >= L'0' && c <= L'9' && shown.ends_with(L'%')) shown += L' ';
    if (c != L'\0') shown += c;
  }
  return shown;
}

}  // namespace

bool ReportToEventLog(std::string_view source, Event event,
                      std::initializer_list<std::string_view> strings) noexcept {
  pipe::AssertNotImpersonating();
  try {
    std::array<std::wstring, kStrings> insertions;
    std::size_t next = 0;
    for (const std::string_view text : strings) {
      std::wstring& insertion = insertions[next < kStrings ? next : kStrings - 1];
      if (!insertion.empty()) insertion += L' ';
      insertion += Insertion(text);
      ++next;
    }
    std::array<const wchar_t*, kStrings> pointers{};
    for (std::size_t i = 0; i < kStrings; ++i) pointers[i] = insertions[i].c_str();

    const win32::UniqueHandle<EventSourceTraits> registered(
        ::RegisterEventSourceW(nullptr, win32::ToWide(source).c_str()));
    if (!registered) return false;
    const EventKind kind = KindOf(event);
    return ::ReportEventW(registered.get(), kind.type, 0, kind.id, nullptr,
                          static_cast<WORD>(pointers.size()), 0, pointers.data(), nullptr) != FALSE;
  } catch (const std::exception&) {
    // Out of memory, and nowhere to report it.
    return false;
  }
}

}  // namespace onbehalf::service
