#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/service/caller_identity.h"
#include "onbehalf/service/settings.h"
#include "onbehalf/win32/security_descriptor.h"

namespace onbehalf::service {

// Whether the source's DACL lets the caller use it; true for a source without one. Windows decides (AccessCheck) with
// the token of the request. Throws win32::Win32Error if AccessCheck fails.
bool MayUse(const Settings::DatabaseSource& source, const CallerIdentity& caller);

// The source's DACL in the form that AccessCheck needs: the entries of a policy node, with generic rights already
// mapped (AccessCheck does not map them in an entry). Throws win32::Win32Error for an invalid text.
win32::SecurityDescriptor DescriptorOf(std::string_view access);

// What is wrong with a source's DACL by the rules of a policy node (ParseNode); empty if nothing is.
std::string FaultOfSourceAccess(std::string_view sddl);

// Adds the faults of all sources' DACLs.
void CheckSourceAccess(const Settings& settings, std::vector<SettingsFault>& faults);

}  // namespace onbehalf::service
