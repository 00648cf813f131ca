#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"

// Takes the place of ImpersonateNamedPipeClient, at link time, in the program that this object is linked
// into: the thread gets the token of the client's process, as Windows gives it to a server whose client has
// not impersonated anybody itself. Some systems that this is tested on hand out the server's own token
// instead. Only for tests: a process id may be somebody else's by the time it is looked at, so nothing that
// ships may do this.
namespace {

// Fails as ImpersonateNamedPipeClient does: FALSE and the last error.
BOOL WINAPI TakeTokenOfClientProcess(HANDLE pipe) {
  using onbehalf::win32::UniqueObject;
  ULONG client = 0;
  if (!::GetNamedPipeClientProcessId(pipe, &client)) return FALSE;
  const UniqueObject process(::OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, client));
  if (!process) return FALSE;
  UniqueObject primary;
  if (!::OpenProcessToken(process.get(), TOKEN_DUPLICATE | TOKEN_QUERY, primary.put())) return FALSE;
  UniqueObject token;
  if (!::DuplicateTokenEx(primary.get(), TOKEN_QUERY | TOKEN_IMPERSONATE | TOKEN_DUPLICATE, nullptr,
                          SecurityImpersonation, TokenImpersonation, token.put())) {
    return FALSE;
  }
  return ::SetThreadToken(nullptr, token.get());
}

}  // namespace

// What a call of a function of another DLL goes through: the linker finds this before the import library's.
extern "C" {
BOOL(WINAPI* __imp_ImpersonateNamedPipeClient)(HANDLE) = &TakeTokenOfClientProcess;
}
