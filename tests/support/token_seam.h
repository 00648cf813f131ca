#pragma once

#include <functional>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::test {

// Replacements for Windows' token functions, in an executable that token_seam.cpp is linked into as an object
// (it takes advapi32's place at link time; in a library it would do so everywhere). An empty function means
// Windows' own. Each one fails as Windows' does: FALSE and the last error.
struct TokenHooks {
  std::function<BOOL(HANDLE pipe)> impersonate_named_pipe_client;
  std::function<BOOL(HANDLE thread, DWORD access, BOOL open_as_self, HANDLE* token)> open_thread_token;
  std::function<BOOL()> revert_to_self;
  std::function<BOOL(HANDLE* thread, HANDLE token)> set_thread_token;
  std::function<BOOL(PSECURITY_DESCRIPTOR descriptor, HANDLE token, DWORD desired, GENERIC_MAPPING* mapping,
                     PRIVILEGE_SET* privileges, DWORD* privileges_size, DWORD* granted, BOOL* allowed)>
      access_check;
  std::function<BOOL(HANDLE token, TOKEN_INFORMATION_CLASS kind, void* answer, DWORD size, DWORD* needed)>
      get_token_information;
};

// Installs hooks while it exists, for every thread of the process; only one at a time. A hook may be called
// by any thread, by several at once, and may still be running after this object is destroyed: what it refers
// to must outlive its callers (declare it, and the seam, before the server).
class TokenSeam {
 public:
  explicit TokenSeam(TokenHooks hooks);
  ~TokenSeam();
  TokenSeam(const TokenSeam&) = delete;
  TokenSeam& operator=(const TokenSeam&) = delete;
};

// Windows' own functions, for hooks that only modify a call.
BOOL WindowsImpersonateNamedPipeClient(HANDLE pipe);
BOOL WindowsOpenThreadToken(HANDLE thread, DWORD access, BOOL open_as_self, HANDLE* token);
BOOL WindowsRevertToSelf();
BOOL WindowsSetThreadToken(HANDLE* thread, HANDLE token);
BOOL WindowsAccessCheck(PSECURITY_DESCRIPTOR descriptor, HANDLE token, DWORD desired,
                        GENERIC_MAPPING* mapping, PRIVILEGE_SET* privileges, DWORD* privileges_size,
                        DWORD* granted, BOOL* allowed);
BOOL WindowsGetTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS kind, void* answer, DWORD size,
                                DWORD* needed);

// Returns FALSE with this last error, for hooks.
BOOL FailWith(DWORD code);

// Which function set the calling thread's token, for calls that went through the seam.
enum class ThreadCarries { kNothing, kCaptured, kSet };
ThreadCarries WhatThreadCarries();

}  // namespace onbehalf::test
