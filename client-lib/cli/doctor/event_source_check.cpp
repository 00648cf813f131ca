#include "event_source_check.h"

#include "onbehalf/win32/utf.h"

namespace onbehalf::cli::doctor {
namespace {

std::string ReadMessageFile(const std::string& name) {
  const std::wstring key =
      L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\" + win32::ToWide(name);
  wchar_t value[MAX_PATH + 1] = {};
  DWORD size = sizeof value;
  const LSTATUS status =
      ::RegGetValueW(HKEY_LOCAL_MACHINE, key.c_str(), L"EventMessageFile",
                     RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND, nullptr, value, &size);
  if (status != ERROR_SUCCESS) {
    throw win32::Win32Error(static_cast<DWORD>(status), "RegGetValueW", "EventMessageFile of " + name);
  }
  return win32::ToUtf8Lossy(value);
}

}  // namespace

EventSourceFacts CollectEventSourceFacts(const std::string& name) {
  return {name, Ask([&] { return ReadMessageFile(name); })};
}

Finding JudgeEventSource(const EventSourceFacts& facts) {
  const std::string check = "event_source";
  if (facts.message_file) return {check, Verdict::kOk, *facts.message_file, {}};
  if (facts.message_file.code == ERROR_FILE_NOT_FOUND) {
    return {check, Verdict::kWarn,
            "the source " + facts.name + " is not registered: events appear without their texts",
            "Reinstall with installer\\install.cmd."};
  }
  return NotAnswered(check, facts.message_file.code, facts.message_file.why);
}

}  // namespace onbehalf::cli::doctor
