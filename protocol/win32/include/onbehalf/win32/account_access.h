// SPDX-License-Identifier: MIT
#pragma once

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::win32 {

// All rights of the account under the descriptor (whose masks must not hold generic bits), using the groups that
// Windows finds for it without a logon (Authz; AuthzInitializeContextFromSid, "Remarks"). An approximation, because
// groups that depend on the logon (INTERACTIVE, NETWORK, a filtered token's deny-only ones) are unknown. May ask a
// domain controller and take seconds. Throws Win32Error: ERROR_CALL_NOT_IMPLEMENTED if the system has no Authz,
// ERROR_ACCESS_DENIED if this process may not read the account's groups.
ACCESS_MASK AccessOfAccount(const SecurityDescriptor& descriptor, const Sid& account);

}  // namespace onbehalf::win32
