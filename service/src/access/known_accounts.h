#pragma once

#include <string>
#include <string_view>

#include "onbehalf/win32/sid.h"

namespace onbehalf::service {

// Accounts that are the same on every machine, and what a policy has to know of them. Portable.

// As SDDL has it: the usual two letters ("BA") where there are some, else "S-1-…".
std::string AccountWord(const win32::Sid& sid);

// What to call a SID that Windows adds to tokens implicitly, so that it stands for everyone or nearly so; else "".
std::string_view CrowdName(const win32::Sid& sid);

// Anonymous and guest logons: no entry of a policy lets them in.
bool IsAlwaysDenied(const win32::Sid& sid);

const win32::Sid& Administrators();

// Whether a deny entry for `sid` hits every administrator: they themselves, and groups that each of them is in, however they
// have logged on. One for some logons only (NETWORK) leaves the others.
bool DeniesAdministrators(const win32::Sid& sid);

}  // namespace onbehalf::service
