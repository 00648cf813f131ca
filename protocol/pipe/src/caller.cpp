#include "onbehalf/pipe/caller.h"

#include <utility>

#include "impersonation_mark.h"
#include "onbehalf/pipe/capture.h"
#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/win32/account_names.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::pipe {

std::variant<win32::Token, CaptureFailure> CaptureToken(HANDLE pipe) {
  // It would revert the thread that is another account, and the rest of that work would run as the process.
  AssertNotImpersonating();
  if (!::ImpersonateNamedPipeClient(pipe)) {
    const DWORD code = ::GetLastError();
    return CaptureFailure{code, "ImpersonateNamedPipeClient", code == ERROR_CANT_OPEN_ANONYMOUS};
  }
  MarkImpersonating(true);
  win32::UniqueObject token;
  DWORD code = ERROR_SUCCESS;
  // OpenAsSelf: the process opens the token, whatever the token's account may open.
  if (!::OpenThreadToken(::GetCurrentThread(), TOKEN_QUERY | TOKEN_IMPERSONATE | TOKEN_DUPLICATE, TRUE,
                         token.put())) {
    code = ::GetLastError();
  }
  RevertOrEndProcess();
  if (code != ERROR_SUCCESS)
    return CaptureFailure{code, "OpenThreadToken", code == ERROR_CANT_OPEN_ANONYMOUS};
  return win32::Token(std::move(token));
}

std::variant<Caller, CaptureFailure> Caller::FromLastMessage(NativeHandle pipe) {
  AssertThreadHasNoToken();
  auto captured = CaptureToken(pipe);
  if (auto* failure = std::get_if<CaptureFailure>(&captured)) return *failure;
  try {
    return Caller(std::make_shared<const win32::Token>(std::move(std::get<win32::Token>(captured))));
  } catch (const win32::Win32Error& error) {
    return CaptureFailure{error.win32_code(), "GetTokenInformation", false};
  }
}

Caller::Caller(std::shared_ptr<const win32::Token> token)
    : token_(std::move(token)), user_(token_->User()), level_(token_->Facts().level) {}

std::string Caller::Account() const {
  win32::AccountNames names;
  return names.Display(user_);
}

std::optional<ImpersonationFailure> Caller::Run(const std::function<void()>& work,
                                                ImpersonationLevel required) const {
  AssertThreadHasNoToken();
  const Impersonation impersonation(*token_, required);
  if (!impersonation) return impersonation.failure();
  work();
  return std::nullopt;
}

}  // namespace onbehalf::pipe
