#pragma once

#include <exception>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/token.h"

namespace onbehalf::service {

// Why a thread could not become the caller.
struct ImpersonationFailure {
  DWORD code = ERROR_SUCCESS;  // ERROR_SUCCESS: only the level was too low
  const char* operation = "";
  win32::ImpersonationLevel required = win32::ImpersonationLevel::kImpersonation;
  win32::ImpersonationLevel actual = win32::ImpersonationLevel::kAnonymous;
};

// Windows has not let a thread become the caller, for another reason than the level. Thrown by AsCaller; whoever has called the
// handler logs it and answers InternalError.
class ImpersonationError final : public std::exception {
 public:
  explicit ImpersonationError(const ImpersonationFailure& failure) noexcept : failure_(failure) {}
  const char* what() const noexcept override { return "a caller could not be impersonated"; }
  const ImpersonationFailure& failure() const noexcept { return failure_; }

 private:
  ImpersonationFailure failure_;
};

// The calling thread carries another's token for as long as this object lives. Between, the thread must not log, open the service's
// own files, load a library or wait for another thread (AssertNotImpersonating says so where it would matter). When
// reverting fails, the process ends at once: the thread could no longer be trusted. Not movable, one at a time a thread.
class [[nodiscard]] Impersonation {
 public:
  // Sets `token` on this thread and reads the level back from the thread, because SetThreadToken may lower it
  // silently (SeImpersonatePrivilege, origin: Win32 "SetThreadToken", Remarks). When this fails or the level is below `required`, the thread is
  // as it was before and failure() says why: no handler may run then.
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

// This thread carries a client's token (set by Impersonation and by CallerIdentity's capture).
bool IsImpersonating() noexcept;
// Ends the process if it does. Called by everything that opens or writes the service's own files, and at the start and
// end of every callback.
void AssertNotImpersonating() noexcept;
// Ends the process if Windows says that this thread carries a token, whoever set it: after every handler that does not
// act as its caller, which is the only code that is not the service's own and the only one that is not marked. Asked at
// the start and end of callbacks as well, it would cost a tenth of a request.
void AssertThreadHasNoToken() noexcept;

}  // namespace onbehalf::service
