#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/service/caller_identity.h"
#include "onbehalf/service/settings.h"
#include "onbehalf/win32/security_descriptor.h"

namespace onbehalf::service {

// Whether the source's own DACL lets the caller use it; true for a source that has none. Windows decides (AccessCheck), with the
// token of the request. Throws win32::Win32Error when it does not.
bool MayUse(const Settings::DatabaseSource& source, const CallerIdentity& caller);

// The source's DACL as AccessCheck is asked about it: the entries of a policy node, whose masks have no generic bits any more
// (AccessCheck maps none in an entry). Throws win32::Win32Error for a text with a fault.
win32::SecurityDescriptor DescriptorOf(std::string_view access);

// What is wrong with the text of a source's DACL, by the rules of a policy node (ParseNode); empty if nothing is.
std::string FaultOfSourceAccess(std::string_view sddl);

// Adds the faults of every source's DACL.
void CheckSourceAccess(const Settings& settings, std::vector<SettingsFault>& faults);

}  // namespace onbehalf::service
