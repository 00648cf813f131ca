#pragma once

#include "onbehalf/win32/token.h"

namespace onbehalf::test {

// This process's primary token with Administrators turned into a deny-only group (CreateRestrictedToken): the
// same account, no longer an administrator. Good for CreateProcessAsUserW, which needs no privilege for a
// restricted version of one's own token, and for duplicating into impersonation tokens.
win32::Token AdministratorsDenyOnlyToken();

// `token` as an impersonation token of `level`, with every right.
win32::Token ImpersonationTokenOf(
    const win32::Token& token, win32::ImpersonationLevel level = win32::ImpersonationLevel::kImpersonation);

}  // namespace onbehalf::test
