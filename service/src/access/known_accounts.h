#pragma once

#include <string>
#include <string_view>

#include "onbehalf/win32/sid.h"

namespace onbehalf::service {

// Accounts that are the same on every machine, and what a policy must know about them. Portable.

// In SDDL: the two-letter alias ("BA") if there is one, else "S-1-…".
std::string AccountWord(const win32::Sid& sid);

// A description of a SID that Windows adds to tokens implicitly, so that it covers everyone or nearly everyone; else "".
std::string_view ImplicitGroupName(const win32::Sid& sid);

// Anonymous and guest logons: no policy entry can allow them.
bool IsAlwaysDenied(const win32::Sid& sid);

// A package or a capability: only app containers have it, and only allow entries for it have an effect (WalkPackages).
bool IsOfAppContainers(const win32::Sid& sid);

const win32::Sid& Administrators();

// Whether a deny entry for `sid` affects every administrator: Administrators itself, and groups that all of them are in for
// every kind of logon. NETWORK, for example, covers only some logons.
bool DeniesAdministrators(const win32::Sid& sid);

}  // namespace onbehalf::service
