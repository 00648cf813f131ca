#include "support/restricted_token.h"

#include <algorithm>
#include <utility>

#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::test {
namespace {

win32::Token RestrictedToken(const std::vector<win32::Sid>& disabled,
                             std::vector<LUID_AND_ATTRIBUTES> deleted) {
  const win32::Token own = win32::Token::FromOwnProcess(TOKEN_ALL_ACCESS);
  std::vector<SID_AND_ATTRIBUTES> sids;
  for (const win32::Sid& sid : disabled) sids.push_back({sid.get(), 0});
  win32::UniqueObject restricted;
  if (!::CreateRestrictedToken(own.get(), 0, static_cast<DWORD>(sids.size()), sids.data(),
                               static_cast<DWORD>(deleted.size()), deleted.data(), 0, nullptr,
                               restricted.put())) {
    win32::ThrowLastError("CreateRestrictedToken");
  }
  return win32::Token(std::move(restricted));
}

// This process's privileges except for these.
std::vector<LUID_AND_ATTRIBUTES> PrivilegesOtherThan(const std::vector<std::string>& kept) {
  std::vector<LUID_AND_ATTRIBUTES> others;
  for (const win32::TokenPrivilege& each : win32::Token::FromOwnProcess().Privileges()) {
    if (std::find(kept.begin(), kept.end(), each.name) != kept.end()) continue;
    LUID_AND_ATTRIBUTES other{};
    if (!::LookupPrivilegeValueW(nullptr, win32::ToWide(each.name).c_str(), &other.Luid)) {
      win32::ThrowLastError("LookupPrivilegeValueW", each.name);
    }
    others.push_back(other);
  }
  return others;
}

}  // namespace

win32::Token AdministratorsDenyOnlyToken() {
  return RestrictedToken({win32::Sid::FromWellKnown(WinBuiltinAdministratorsSid)}, {});
}

win32::Token TokenOfAnotherAccount(const win32::Sid& user, const AccountOptions& options) {
  std::vector<win32::Sid> disabled{user};
  if (!options.is_administrator) disabled.push_back(win32::Sid::FromWellKnown(WinBuiltinAdministratorsSid));
  return RestrictedToken(disabled, options.privileges ? PrivilegesOtherThan(*options.privileges)
                                                      : std::vector<LUID_AND_ATTRIBUTES>());
}

win32::Token ImpersonationTokenOf(const win32::Token& token, win32::ImpersonationLevel level) {
  return token.Duplicate(TokenImpersonation, level, TOKEN_ALL_ACCESS);
}

}  // namespace onbehalf::test
