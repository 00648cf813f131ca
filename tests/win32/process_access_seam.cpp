#include "process_access_seam.h"

// After <windows.h>, which it needs.
#include <winternl.h>

#include <array>
#include <atomic>
#include <cstring>

#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::test {
namespace {

std::atomic<bool> g_active = false;

using OpenProcessFunction = HANDLE(WINAPI*)(DWORD, BOOL, DWORD);
using QueryFunction = NTSTATUS(NTAPI*)(SYSTEM_INFORMATION_CLASS, PVOID, ULONG, PULONG);

constexpr auto kInvalidInfoClass = static_cast<NTSTATUS>(0xC0000003);
constexpr auto kInfoLengthMismatch = static_cast<NTSTATUS>(0xC0000004);
constexpr auto kInvalidCid = static_cast<NTSTATUS>(0xC000000B);

template <typename Function>
Function Real(const wchar_t* library, const char* name) {
  return reinterpret_cast<Function>(
      reinterpret_cast<void*>(::GetProcAddress(::GetModuleHandleW(library), name)));
}

HANDLE RealOpenProcess(DWORD access, BOOL inherit, DWORD id) {
  static const auto real = Real<OpenProcessFunction>(L"kernel32.dll", "OpenProcess");
  return real(access, inherit, id);
}

HANDLE WINAPI SeamOpenProcess(DWORD access, BOOL inherit, DWORD id) {
  if (!g_active) return RealOpenProcess(access, inherit, id);
  ::SetLastError(ERROR_ACCESS_DENIED);
  return nullptr;
}

struct ProcessIdInformation {
  HANDLE process_id;
  UNICODE_STRING image_name;
};

NTSTATUS AnswerAsWindows(ProcessIdInformation& asked) {
  const auto id = static_cast<DWORD>(reinterpret_cast<ULONG_PTR>(asked.process_id));
  const win32::UniqueObject process(RealOpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id));
  if (!process) return kInvalidCid;
  std::array<wchar_t, 1024> path{};
  DWORD length = static_cast<DWORD>(path.size());
  if (!::QueryFullProcessImageNameW(process.get(), PROCESS_NAME_NATIVE, path.data(), &length))
    return kInvalidCid;
  const auto bytes = static_cast<USHORT>(length * sizeof(wchar_t));
  // A NUL follows, and the needed size includes it.
  const auto needed = static_cast<USHORT>(bytes + sizeof(wchar_t));
  if (asked.image_name.Length != 0) return static_cast<NTSTATUS>(0xC000000D);  // STATUS_INVALID_PARAMETER
  if (asked.image_name.MaximumLength < needed) {
    asked.image_name.MaximumLength = needed;
    return kInfoLengthMismatch;
  }
  std::memcpy(asked.image_name.Buffer, path.data(), needed);
  asked.image_name.Length = bytes;
  return 0;
}

}  // namespace

ProcessAccessSeam::ProcessAccessSeam() { g_active = true; }
ProcessAccessSeam::~ProcessAccessSeam() { g_active = false; }

}  // namespace onbehalf::test

// Symbols of the import libraries: with this object linked, every call in the executable comes here.
// <winternl.h> does not declare NtQuerySystemInformation as imported, so the function itself is called.
extern "C" {
extern onbehalf::test::OpenProcessFunction __imp_OpenProcess;
onbehalf::test::OpenProcessFunction __imp_OpenProcess = onbehalf::test::SeamOpenProcess;

NTSTATUS NTAPI NtQuerySystemInformation(SYSTEM_INFORMATION_CLASS kind, PVOID information, ULONG size,
                                        PULONG returned) {
  using namespace onbehalf::test;
  static const auto real = Real<QueryFunction>(L"ntdll.dll", "NtQuerySystemInformation");
  const NTSTATUS status = real(kind, information, size, returned);
  if (!g_active || static_cast<int>(kind) != 88 || status != kInvalidInfoClass) return status;
  if (size != sizeof(ProcessIdInformation)) return kInfoLengthMismatch;
  return AnswerAsWindows(*static_cast<ProcessIdInformation*>(information));
}
}
