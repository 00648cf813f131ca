#include "support/process_usage.h"

#include <vector>

// In this order: the system's two need what <windows.h> declares.
// clang-format off
#include "onbehalf/win32/lean_windows.h"
#include <psapi.h>
#include <tlhelp32.h>
// clang-format on
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::test {

std::size_t ThreadsOfThisProcess() {
  const win32::UniqueFile snapshot(::CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0));
  if (!snapshot) win32::ThrowLastError("CreateToolhelp32Snapshot");
  std::size_t count = 0;
  THREADENTRY32 entry{};
  entry.dwSize = sizeof(entry);
  for (BOOL more = ::Thread32First(snapshot.get(), &entry); more;
       more = ::Thread32Next(snapshot.get(), &entry)) {
    if (entry.th32OwnerProcessID == ::GetCurrentProcessId()) ++count;
  }
  return count;
}

std::size_t PrivateBytes() {
  PROCESS_MEMORY_COUNTERS counters{};
  counters.cb = sizeof(counters);
  if (!::GetProcessMemoryInfo(::GetCurrentProcess(), &counters, sizeof(counters))) {
    win32::ThrowLastError("GetProcessMemoryInfo");
  }
  return counters.PagefileUsage;
}

bool PrivateBytesAreCounted() {
  constexpr std::size_t kBytes = 64 * 1024 * 1024;
  const std::size_t before = PrivateBytes();
  const std::vector<char> used(kBytes, 'x');
  return PrivateBytes() >= before + kBytes / 2;
}

}  // namespace onbehalf::test
