#include "support/token_seam.h"

#include <cstdlib>
#include <memory>
#include <mutex>
#include <utility>

namespace onbehalf::test {
namespace {

std::mutex g_mutex;
std::shared_ptr<const TokenHooks> g_hooks;

thread_local ThreadCarries t_carries = ThreadCarries::kNothing;

// Null when no seam is active.
std::shared_ptr<const TokenHooks> Hooks() {
  const std::lock_guard lock(g_mutex);
  return g_hooks;
}

// Looked up by name at run time: every link-time reference would be to the seam. Windows always has these
// advapi32 functions; if one is missing, there is nothing to test.
template <typename Function>
Function Find(const char* name) {
  const HMODULE module = ::LoadLibraryW(L"advapi32.dll");
  const FARPROC found = module == nullptr ? nullptr : ::GetProcAddress(module, name);
  if (found == nullptr) std::abort();
  return reinterpret_cast<Function>(reinterpret_cast<void*>(found));
}

template <typename... Arguments>
using WinApi = BOOL(WINAPI*)(Arguments...);

BOOL WINAPI OnImpersonateNamedPipeClient(HANDLE pipe) {
  const auto hooks = Hooks();
  const BOOL done = hooks && hooks->impersonate_named_pipe_client ? hooks->impersonate_named_pipe_client(pipe)
                                                                  : WindowsImpersonateNamedPipeClient(pipe);
  if (done) t_carries = ThreadCarries::kCaptured;
  return done;
}

BOOL WINAPI OnOpenThreadToken(HANDLE thread, DWORD access, BOOL open_as_self, PHANDLE token) {
  const auto hooks = Hooks();
  return hooks && hooks->open_thread_token ? hooks->open_thread_token(thread, access, open_as_self, token)
                                           : WindowsOpenThreadToken(thread, access, open_as_self, token);
}

BOOL WINAPI OnRevertToSelf() {
  const auto hooks = Hooks();
  const BOOL done = hooks && hooks->revert_to_self ? hooks->revert_to_self() : WindowsRevertToSelf();
  if (done) t_carries = ThreadCarries::kNothing;
  return done;
}

BOOL WINAPI OnSetThreadToken(PHANDLE thread, HANDLE token) {
  const auto hooks = Hooks();
  const BOOL done = hooks && hooks->set_thread_token ? hooks->set_thread_token(thread, token)
                                                     : WindowsSetThreadToken(thread, token);
  if (done && thread == nullptr) t_carries = token == nullptr ? ThreadCarries::kNothing : ThreadCarries::kSet;
  return done;
}

BOOL WINAPI OnAccessCheck(PSECURITY_DESCRIPTOR descriptor, HANDLE token, DWORD desired,
                          PGENERIC_MAPPING mapping, PPRIVILEGE_SET privileges, LPDWORD privileges_size,
                          LPDWORD granted, LPBOOL allowed) {
  const auto hooks = Hooks();
  return hooks && hooks->access_check ? hooks->access_check(descriptor, token, desired, mapping, privileges,
                                                            privileges_size, granted, allowed)
                                      : WindowsAccessCheck(descriptor, token, desired, mapping, privileges,
                                                           privileges_size, granted, allowed);
}

BOOL WINAPI OnGetTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS kind, LPVOID answer, DWORD size,
                                  PDWORD needed) {
  const auto hooks = Hooks();
  return hooks && hooks->get_token_information
             ? hooks->get_token_information(token, kind, answer, size, needed)
             : WindowsGetTokenInformation(token, kind, answer, size, needed);
}

}  // namespace

TokenSeam::TokenSeam(TokenHooks hooks) {
  auto shared = std::make_shared<const TokenHooks>(std::move(hooks));
  const std::lock_guard lock(g_mutex);
  if (g_hooks) std::abort();
  g_hooks = std::move(shared);
}

TokenSeam::~TokenSeam() {
  std::shared_ptr<const TokenHooks> old;
  const std::lock_guard lock(g_mutex);
  old.swap(g_hooks);
}

BOOL WindowsImpersonateNamedPipeClient(HANDLE pipe) {
  static const auto function = Find<WinApi<HANDLE>>("ImpersonateNamedPipeClient");
  return function(pipe);
}

BOOL WindowsOpenThreadToken(HANDLE thread, DWORD access, BOOL open_as_self, HANDLE* token) {
  static const auto function = Find<WinApi<HANDLE, DWORD, BOOL, PHANDLE>>("OpenThreadToken");
  return function(thread, access, open_as_self, token);
}

BOOL WindowsRevertToSelf() {
  static const auto function = Find<WinApi<>>("RevertToSelf");
  return function();
}

BOOL WindowsSetThreadToken(HANDLE* thread, HANDLE token) {
  static const auto function = Find<WinApi<PHANDLE, HANDLE>>("SetThreadToken");
  return function(thread, token);
}

BOOL WindowsAccessCheck(PSECURITY_DESCRIPTOR descriptor, HANDLE token, DWORD desired,
                        GENERIC_MAPPING* mapping, PRIVILEGE_SET* privileges, DWORD* privileges_size,
                        DWORD* granted, BOOL* allowed) {
  static const auto function = Find<WinApi<PSECURITY_DESCRIPTOR, HANDLE, DWORD, PGENERIC_MAPPING,
                                           PPRIVILEGE_SET, LPDWORD, LPDWORD, LPBOOL>>("AccessCheck");
  return function(descriptor, token, desired, mapping, privileges, privileges_size, granted, allowed);
}

BOOL WindowsGetTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS kind, void* answer, DWORD size,
                                DWORD* needed) {
  static const auto function =
      Find<WinApi<HANDLE, TOKEN_INFORMATION_CLASS, LPVOID, DWORD, PDWORD>>("GetTokenInformation");
  return function(token, kind, answer, size, needed);
}

BOOL FailWith(DWORD code) {
  ::SetLastError(code);
  return FALSE;
}

ThreadCarries WhatThreadCarries() { return t_carries; }

}  // namespace onbehalf::test

// The symbols that calls of another DLL's functions go through: the linker prefers these to the import
// library's.
extern "C" {
BOOL(WINAPI* __imp_ImpersonateNamedPipeClient)(HANDLE) = &onbehalf::test::OnImpersonateNamedPipeClient;
BOOL(WINAPI* __imp_OpenThreadToken)(HANDLE, DWORD, BOOL, PHANDLE) = &onbehalf::test::OnOpenThreadToken;
BOOL(WINAPI* __imp_RevertToSelf)() = &onbehalf::test::OnRevertToSelf;
BOOL(WINAPI* __imp_SetThreadToken)(PHANDLE, HANDLE) = &onbehalf::test::OnSetThreadToken;
BOOL(WINAPI* __imp_AccessCheck)
(PSECURITY_DESCRIPTOR, HANDLE, DWORD, PGENERIC_MAPPING, PPRIVILEGE_SET, LPDWORD, LPDWORD,
 LPBOOL) = &onbehalf::test::OnAccessCheck;
BOOL(WINAPI* __imp_GetTokenInformation)
(HANDLE, TOKEN_INFORMATION_CLASS, LPVOID, DWORD, PDWORD) = &onbehalf::test::OnGetTokenInformation;
}
