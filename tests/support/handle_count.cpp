#include "support/handle_count.h"

#include <cstdint>
#include <vector>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::test {
namespace {

// SystemExtendedHandleInformation and its result, which the SDK does not declare (phnt, ntexapi.h).
constexpr ULONG kExtendedHandleInformation = 64;
using QuerySystemInformation = LONG(NTAPI*)(ULONG kind, void* answer, ULONG size, ULONG* needed);
struct HandleEntry {
  void* object;
  ULONG_PTR process_id;
  ULONG_PTR handle;
  ULONG granted_access;
  USHORT creator_back_trace_index;
  USHORT object_type_index;
  ULONG attributes;
  ULONG reserved;
};
struct HandleTable {
  ULONG_PTR count;
  ULONG_PTR reserved;
  HandleEntry entries[1];
};
constexpr LONG kInfoLengthMismatch = static_cast<LONG>(0xC0000004);

}  // namespace

std::size_t OpenHandleCount() { return OpenHandleCountOf(::GetCurrentProcessId()); }

std::size_t OpenHandleCountOf(std::uint32_t process_id) {
  const auto query = reinterpret_cast<QuerySystemInformation>(reinterpret_cast<void*>(
      ::GetProcAddress(::GetModuleHandleW(L"ntdll.dll"), "NtQuerySystemInformation")));
  std::vector<std::uint64_t> answer(1U << 13U);
  for (;;) {
    const ULONG size = static_cast<ULONG>(answer.size() * sizeof(answer[0]));
    ULONG needed = 0;
    const LONG status = query(kExtendedHandleInformation, answer.data(), size, &needed);
    if (status >= 0) break;
    if (status != kInfoLengthMismatch) {
      throw win32::Win32Error(static_cast<DWORD>(status), "NtQuerySystemInformation");
    }
    // The table may have grown since the system reported the size.
    answer.resize(answer.size() * 2);
  }
  const auto* table = reinterpret_cast<const HandleTable*>(answer.data());
  std::size_t count = 0;
  for (ULONG_PTR i = 0; i < table->count; ++i) {
    if (table->entries[i].process_id == process_id) ++count;
  }
  return count;
}

}  // namespace onbehalf::test
