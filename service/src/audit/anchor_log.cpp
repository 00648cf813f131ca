#include "audit/anchor_log.h"

#include <algorithm>
#include <cstring>
#include <cwchar>
#include <utility>

#include "audit/anchor_text.h"
#include "event_messages.h"
#include "log/event_log.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

struct EventLogTraits {
  using Type = HANDLE;
  static Type Invalid() noexcept { return nullptr; }
  static void Close(Type log) noexcept { ::CloseEventLog(log); }
};

// ReadEventLogW returns whole records only; each has at most this many bytes.
constexpr std::size_t kMaxRecordBytes = 0x7ffff;

std::string Fault(std::string_view what, DWORD code) {
  return "the event log cannot be read: " + std::string(what) + " failed with " + win32::ErrorName(code);
}

// The string at `*at` (in wchar_t) of a record of `units`, up to its NUL; advances `*at` past it.
std::wstring_view StringAt(const wchar_t* record, std::size_t units, std::size_t* at) {
  const std::size_t begin = std::min(*at, units);
  std::size_t end = begin;
  while (end < units && record[end] != L'\0') ++end;
  *at = end + 1;
  return {record + begin, end - begin};
}

// Adds the record's anchor if it is an anchor of this source.
void AddAnchor(const char* bytes, std::size_t size, std::wstring_view source,
               std::vector<AuditAnchor>& anchors) {
  EVENTLOGRECORD record;
  std::memcpy(&record, bytes, sizeof record);
  if (record.EventID != ONBEHALF_EVENT_AUDIT_ANCHOR || record.NumStrings < 2) return;
  std::vector<wchar_t> text(size / sizeof(wchar_t));
  std::memcpy(text.data(), bytes, text.size() * sizeof(wchar_t));
  // The source's name follows the fixed part; the strings are at StringOffset (EVENTLOGRECORD).
  std::size_t at = sizeof record / sizeof(wchar_t);
  if (StringAt(text.data(), text.size(), &at) != source) return;
  at = record.StringOffset / sizeof(wchar_t);
  AuditAnchor anchor;
  anchor.file = win32::ToUtf8Lossy(StringAt(text.data(), text.size(), &at));
  if (ParseAnchorText(win32::ToUtf8Lossy(StringAt(text.data(), text.size(), &at)), anchor.head)) {
    anchors.push_back(std::move(anchor));
  }
}

}  // namespace

EventLogAnchors::EventLogAnchors(std::string name, Source source) : name_(std::move(name)), source_(source) {}

bool EventLogAnchors::Write(const AuditAnchor& anchor) {
  return ReportToEventLog(name_, Event::kAuditAnchor, {anchor.file, AnchorText(anchor.head)});
}

AnchorLog::Reading EventLogAnchors::Read() {
  Reading reading;
  reading.is_shared = source_ == Source::kShared;
  const std::wstring source = win32::ToWide(name_);
  const win32::UniqueHandle<EventLogTraits> log(::OpenEventLogW(nullptr, source.c_str()));
  if (!log) {
    reading.fault = Fault("OpenEventLogW", ::GetLastError());
    return reading;
  }
  std::vector<char> buffer(64 * 1024);
  while (reading.anchors.size() < kMaxAnchors) {
    DWORD read = 0;
    DWORD needed = 0;
    if (!::ReadEventLogW(log.get(), EVENTLOG_SEQUENTIAL_READ | EVENTLOG_BACKWARDS_READ, 0, buffer.data(),
                         static_cast<DWORD>(buffer.size()), &read, &needed)) {
      const DWORD error = ::GetLastError();
      if (error == ERROR_HANDLE_EOF) break;
      if (error == ERROR_INSUFFICIENT_BUFFER && needed > buffer.size() && needed <= kMaxRecordBytes) {
        buffer.resize(needed);
        continue;
      }
      reading.fault = Fault("ReadEventLogW", error);
      break;
    }
    for (std::size_t at = 0; at + sizeof(EVENTLOGRECORD) <= read;) {
      DWORD length = 0;
      std::memcpy(&length, buffer.data() + at, sizeof length);
      if (length < sizeof(EVENTLOGRECORD) || length > read - at) break;
      AddAnchor(buffer.data() + at, length, source, reading.anchors);
      at += length;
    }
    if (read == 0) break;
  }
  std::reverse(reading.anchors.begin(), reading.anchors.end());
  return reading;
}

}  // namespace onbehalf::service
