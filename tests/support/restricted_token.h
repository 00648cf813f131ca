#pragma once

#include <optional>
#include <string>
#include <vector>

#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/token.h"

namespace onbehalf::test {

// This process's primary token with Administrators turned into a deny-only group (CreateRestrictedToken): the
// same account, no longer an administrator. Good for CreateProcessAsUserW, which needs no privilege for a
// restricted version of one's own token, and for duplicating into impersonation tokens.
win32::Token AdministratorsDenyOnlyToken();

// What the token of another account has of this process's own.
struct AccountOptions {
  bool is_administrator = false;  // false: Administrators is a deny-only group
  // The privileges that it keeps, by name ("SeImpersonatePrivilege"); nullopt: all of them.
  std::optional<std::vector<std::string>> privileges{};
};

// A primary token whose user is `user`, with this process's groups, made from its own token: no account has to be there, and
// nobody has to log on. Only where OtherAccountsCanBeMade (platform_probe.h) says so; elsewhere Windows leaves the user as it is.
win32::Token TokenOfAnotherAccount(const win32::Sid& user, const AccountOptions& options = {});

// `token` as an impersonation token of `level`, with every right.
win32::Token ImpersonationTokenOf(
    const win32::Token& token, win32::ImpersonationLevel level = win32::ImpersonationLevel::kImpersonation);

}  // namespace onbehalf::test
