#include "create_file_spy.h"

#include <mutex>
#include <string_view>
#include <utility>

namespace onbehalf::test {
namespace {

std::mutex g_mutex;
std::vector<DWORD> g_flags;
std::wstring g_denied;

using CreateFileFunction = HANDLE(WINAPI*)(LPCWSTR, DWORD, DWORD, LPSECURITY_ATTRIBUTES, DWORD, DWORD,
                                           HANDLE);

HANDLE WINAPI SpyingCreateFile(LPCWSTR name, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES security,
                               DWORD disposition, DWORD flags, HANDLE pattern) {
  static const auto real = reinterpret_cast<CreateFileFunction>(
      reinterpret_cast<void*>(::GetProcAddress(::GetModuleHandleW(L"kernel32.dll"), "CreateFileW")));
  if (std::wstring_view(name).starts_with(L"\\\\.\\pipe\\")) {
    const std::lock_guard lock(g_mutex);
    g_flags.push_back(flags);
  }
  {
    const std::lock_guard lock(g_mutex);
    if (!g_denied.empty() && g_denied == name) {
      ::SetLastError(ERROR_ACCESS_DENIED);
      return INVALID_HANDLE_VALUE;
    }
  }
  return real(name, access, share, security, disposition, flags, pattern);
}

}  // namespace

std::vector<DWORD> TakePipeOpenFlags() {
  const std::lock_guard lock(g_mutex);
  return std::exchange(g_flags, {});
}

DeniedFile::DeniedFile(std::wstring path) {
  const std::lock_guard lock(g_mutex);
  g_denied = std::move(path);
}

DeniedFile::~DeniedFile() {
  const std::lock_guard lock(g_mutex);
  g_denied.clear();
}

}  // namespace onbehalf::test

// Symbols of the import library: with this object linked, every call in the executable goes to the spy.
extern "C" {
extern onbehalf::test::CreateFileFunction __imp_CreateFileW;
onbehalf::test::CreateFileFunction __imp_CreateFileW = onbehalf::test::SpyingCreateFile;
}
