// SPDX-License-Identifier: MIT
#pragma once

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::win32 {

// Every right that the account has under the descriptor (whose masks hold no generic bits), by the groups that Windows
// finds for it without a logon (Authz; AuthzInitializeContextFromSid, "Remarks"): an approximation, because groups that
// depend on the logon (INTERACTIVE, NETWORK, a filtered token's deny-only ones) are not known. May ask a domain controller
// and take seconds. Throws Win32Error: ERROR_CALL_NOT_IMPLEMENTED where the system has no Authz, ERROR_ACCESS_DENIED when
// this process may not read the account's groups.
ACCESS_MASK AccessOfAccount(const SecurityDescriptor& descriptor, const Sid& account);

}  // namespace onbehalf::win32
