// SPDX-License-Identifier: MIT
#pragma once

#include "onbehalf/pipe/impersonation_failure.h"
#include "onbehalf/win32/impersonation_level.h"

namespace onbehalf::win32 {
class Token;
}

namespace onbehalf::pipe {

// While this object lives, the calling thread carries another account's token. During that time the thread must not
// log, open the process's own files, load a library or wait for another thread (AssertNotImpersonating enforces this
// where it matters). If reverting fails, the process ends at once, because the thread could no longer be trusted. Not
// movable; at most one per thread. Applications use Caller::Run.
class [[nodiscard]] Impersonation {
 public:
  // Sets `token` on this thread and reads the level back from the thread, because SetThreadToken may lower it silently
  // (without SeImpersonatePrivilege; Win32 "SetThreadToken", Remarks). If this fails or the level is below `required`,
  // the thread is as it was before and failure() says why: nothing may run as the caller then.
  Impersonation(const win32::Token& token, win32::ImpersonationLevel required);
  ~Impersonation();
  Impersonation(const Impersonation&) = delete;
  Impersonation& operator=(const Impersonation&) = delete;

  explicit operator bool() const { return active_; }
  const ImpersonationFailure& failure() const { return failure_; }

 private:
  bool active_ = false;
  ImpersonationFailure failure_;
};

// Whether this thread carries a client's token (set by Impersonation and by the capture of a caller).
bool IsImpersonating() noexcept;
// Ends the process if it does. Called by everything that opens or writes the process's own files, and at the start and
// end of every callback.
void AssertNotImpersonating() noexcept;
// Ends the process if Windows reports a token on this thread, whoever set it. For after code that is not one's own:
// only such code could set a token without the mark. At the start and end of callbacks as well, it would cost a tenth
// of a request of the service.
void AssertThreadHasNoToken() noexcept;

}  // namespace onbehalf::pipe
