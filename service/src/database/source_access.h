#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "onbehalf/service/caller_identity.h"
#include "onbehalf/service/settings.h"

namespace onbehalf::service {

// Whether the source's own DACL lets the caller use it; true for a source that has none. Windows decides (AccessCheck), with the
// token of the request. Throws win32::Win32Error when it does not.
bool MayUse(const Settings::DatabaseSource& source, const CallerIdentity& caller);

// What is wrong with the text of a source's DACL; empty if nothing is.
std::string FaultOfSourceAccess(std::string_view sddl);

}  // namespace onbehalf::service
