#include "support/restricted_token.h"

#include <utility>

#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::test {

win32::Token AdministratorsDenyOnlyToken() {
  const win32::Token own = win32::Token::FromOwnProcess(TOKEN_ALL_ACCESS);
  const win32::Sid administrators = win32::Sid::FromWellKnown(WinBuiltinAdministratorsSid);
  SID_AND_ATTRIBUTES disabled{administrators.get(), 0};
  win32::UniqueObject restricted;
  if (!::CreateRestrictedToken(own.get(), 0, 1, &disabled, 0, nullptr, 0, nullptr, restricted.put())) {
    win32::ThrowLastError("CreateRestrictedToken");
  }
  return win32::Token(std::move(restricted));
}

win32::Token ImpersonationTokenOf(const win32::Token& token, win32::ImpersonationLevel level) {
  return token.Duplicate(TokenImpersonation, level, TOKEN_ALL_ACCESS);
}

}  // namespace onbehalf::test
