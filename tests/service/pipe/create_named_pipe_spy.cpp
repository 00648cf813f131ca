#include "create_named_pipe_spy.h"

#include <mutex>
#include <utility>

namespace onbehalf::test {
namespace {

std::mutex g_mutex;
std::vector<DWORD> g_modes;

using CreateNamedPipeFunction = HANDLE(WINAPI*)(LPCWSTR, DWORD, DWORD, DWORD, DWORD, DWORD, DWORD,
                                                LPSECURITY_ATTRIBUTES);

HANDLE WINAPI SpyingCreateNamedPipe(LPCWSTR name, DWORD open_mode, DWORD pipe_mode, DWORD max_instances,
                                    DWORD out_buffer, DWORD in_buffer, DWORD default_timeout,
                                    LPSECURITY_ATTRIBUTES security) {
  static const auto real = reinterpret_cast<CreateNamedPipeFunction>(
      reinterpret_cast<void*>(::GetProcAddress(::GetModuleHandleW(L"kernel32.dll"), "CreateNamedPipeW")));
  {
    const std::lock_guard lock(g_mutex);
    g_modes.push_back(open_mode);
  }
  return real(name, open_mode, pipe_mode, max_instances, out_buffer, in_buffer, default_timeout, security);
}

}  // namespace

std::vector<DWORD> TakePipeOpenModes() {
  const std::lock_guard lock(g_mutex);
  return std::exchange(g_modes, {});
}

}  // namespace onbehalf::test

// Symbols of the import library: with this object linked, every call in the executable goes to the spy.
extern "C" {
extern onbehalf::test::CreateNamedPipeFunction __imp_CreateNamedPipeW;
onbehalf::test::CreateNamedPipeFunction __imp_CreateNamedPipeW = onbehalf::test::SpyingCreateNamedPipe;
}
