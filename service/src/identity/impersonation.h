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

// Windows did not let a thread become the caller, for a reason other than the level. Thrown by AsCaller; the code that called
// the handler logs it and answers InternalError.
class ImpersonationError final : public std::exception {
 public:
  explicit ImpersonationError(const ImpersonationFailure& failure) noexcept : failure_(failure) {}
  const char* what() const noexcept override { return "a caller could not be impersonated"; }
  const ImpersonationFailure& failure() const noexcept { return failure_; }

 private:
  ImpersonationFailure failure_;
};

// While this object lives, the calling thread carries another account's token. During that time the thread must not log, open
// the service's own files, load a library or wait for another thread (AssertNotImpersonating enforces this where it matters). If
// reverting fails, the process ends at once, because the thread could no longer be trusted. Not movable; at most one per thread.
class [[nodiscard]] Impersonation {
 public:
  // Sets `token` on this thread and reads the level back from the thread, because SetThreadToken may lower it silently (without
  // SeImpersonatePrivilege; Win32 "SetThreadToken", Remarks). If this fails or the level is below `required`, the thread is as
  // it was before and failure() says why: no handler may run then.
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

// Whether this thread carries a client's token (set by Impersonation and by CallerIdentity's capture).
bool IsImpersonating() noexcept;
// Ends the process if it does. Called by everything that opens or writes the service's own files, and at the start and end of
// every callback.
void AssertNotImpersonating() noexcept;
// Ends the process if Windows reports a token on this thread, whoever set it. Called after every handler that does not act as
// its caller: only that code is not the service's own, and only it could set a token without the mark. At the start and end of
// callbacks as well, it would cost a tenth of a request.
void AssertThreadHasNoToken() noexcept;

}  // namespace onbehalf::service
