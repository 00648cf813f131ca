#include "support/process_usage.h"

#include <vector>

// In this order: the two system headers need the declarations of <windows.h>.
// clang-format off
#include "onbehalf/win32/lean_windows.h"
#include <psapi.h>
#include <tlhelp32.h>
// clang-format on
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::test {
namespace {

PROCESS_MEMORY_COUNTERS MemoryCountersOf(HANDLE process) {
  PROCESS_MEMORY_COUNTERS counters{};
  counters.cb = sizeof(counters);
  if (!::GetProcessMemoryInfo(process, &counters, sizeof(counters)))
    win32::ThrowLastError("GetProcessMemoryInfo");
  return counters;
}

// Whether `figure` grows when memory is allocated and used.
bool Grows(std::size_t (*figure)()) {
  constexpr std::size_t kBytes = 64 * 1024 * 1024;
  const std::size_t before = figure();
  // More than the current figure: memory that was used before and freed must not be enough.
  const std::vector<char> used(before + kBytes, 'x');
  return figure() >= before + kBytes / 2;
}

}  // namespace

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

std::size_t PrivateBytes() { return MemoryCountersOf(::GetCurrentProcess()).PagefileUsage; }

std::size_t PrivateBytesOf(std::uint32_t process_id) {
  const win32::UniqueObject process(
      ::OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, FALSE, process_id));
  if (!process) win32::ThrowLastError("OpenProcess");
  return MemoryCountersOf(process.get()).PagefileUsage;
}

bool PrivateBytesAreCounted() { return Grows(PrivateBytes); }

std::size_t PeakWorkingSet() { return MemoryCountersOf(::GetCurrentProcess()).PeakWorkingSetSize; }

bool PeakWorkingSetIsCounted() { return Grows(PeakWorkingSet); }

}  // namespace onbehalf::test
