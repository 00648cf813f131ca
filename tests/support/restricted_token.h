#pragma once

#include <optional>
#include <string>
#include <vector>

#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/token.h"

namespace onbehalf::test {

// This process's primary token with Administrators turned into a deny-only group (CreateRestrictedToken): the
// same account, no longer an administrator. Can be used with CreateProcessAsUserW, which needs no privilege
// for a restricted version of the caller's own token, and duplicated into impersonation tokens.
win32::Token AdministratorsDenyOnlyToken();

// What another account's token keeps from this process's own.
struct AccountOptions {
  bool is_administrator = false;  // false: Administrators is a deny-only group
  // The names of the privileges that it keeps ("SeImpersonatePrivilege"); nullopt: all of them.
  std::optional<std::vector<std::string>> privileges{};
};

// A primary token whose user is `user`, with this process's groups, made from its own token: the account need
// not exist, and nobody logs on. Only where OtherAccountsCanBeMade (platform_probe.h) is true; elsewhere
// Windows does not change the user.
win32::Token TokenOfAnotherAccount(const win32::Sid& user, const AccountOptions& options = {});

// `token` as an impersonation token of `level`, with all access rights.
win32::Token ImpersonationTokenOf(
    const win32::Token& token, win32::ImpersonationLevel level = win32::ImpersonationLevel::kImpersonation);

}  // namespace onbehalf::test
