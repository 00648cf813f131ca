#include "onbehalf/pipe/impersonation.h"

#include <optional>

#include "impersonation_mark.h"
#include "onbehalf/win32/fail_fast.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::pipe {
namespace {

thread_local bool t_impersonating = false;

}  // namespace

void MarkImpersonating(bool impersonating) noexcept { t_impersonating = impersonating; }

void RevertOrEndProcess() noexcept {
  if (!::RevertToSelf()) win32::FailFast();
  MarkImpersonating(false);
}

bool IsImpersonating() noexcept { return t_impersonating; }

void AssertNotImpersonating() noexcept {
  if (t_impersonating) win32::FailFast();
}

void AssertThreadHasNoToken() noexcept {
  if (t_impersonating) win32::FailFast();
  HANDLE token = nullptr;
  // Opened as the process, so that a token that may not open itself is found too. Any answer other than "no token" means that
  // the thread has one, or that it cannot be determined.
  if (::OpenThreadToken(::GetCurrentThread(), TOKEN_QUERY, TRUE, &token) ||
      ::GetLastError() != ERROR_NO_TOKEN) {
    win32::FailFast();
  }
}

Impersonation::Impersonation(const win32::Token& token, win32::ImpersonationLevel required) {
  AssertNotImpersonating();
  failure_.required = required;
  try {
    failure_.actual = token.Facts().level;
  } catch (const win32::Win32Error& error) {
    failure_.code = error.win32_code();
    failure_.operation = "GetTokenInformation";
    return;
  }
  if (failure_.actual < required) return;

  if (!::SetThreadToken(nullptr, token.get())) {
    failure_.code = ::GetLastError();
    failure_.operation = "SetThreadToken";
    return;
  }
  MarkImpersonating(true);
  // The token the thread really has: without SeImpersonatePrivilege SetThreadToken succeeds but sets a token of identification
  // level (SetThreadToken, "Remarks").
  DWORD code = ERROR_NO_TOKEN;
  const char* operation = "OpenThreadToken";
  try {
    if (std::optional<win32::Token> carried = win32::Token::FromThread(TOKEN_QUERY)) {
      operation = "GetTokenInformation";
      failure_.actual = carried->Facts().level;
      code = ERROR_SUCCESS;
    }
  } catch (const win32::Win32Error& error) {
    code = error.win32_code();
  }
  if (code == ERROR_CANT_OPEN_ANONYMOUS) {
    // Only a token of anonymous level cannot be opened.
    failure_.actual = win32::ImpersonationLevel::kAnonymous;
    code = ERROR_SUCCESS;
  }
  if (code == ERROR_SUCCESS && failure_.actual >= required) {
    active_ = true;
    return;
  }
  RevertOrEndProcess();
  failure_.code = code;
  failure_.operation = code == ERROR_SUCCESS ? "" : operation;
}

Impersonation::~Impersonation() {
  if (active_) RevertOrEndProcess();
}

}  // namespace onbehalf::pipe
