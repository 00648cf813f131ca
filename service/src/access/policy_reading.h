#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "access/access_rights.h"
#include "access/policy_document.h"
#include "access/policy_text.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {

// How SDDL's generic rights map to those of a node.
inline constexpr GENERIC_MAPPING kAccessMapping = {kSee, kManage, kCall, kAllRights};

// The text of access.json, its entries as Windows reads SDDL. Finds all faults, not only the first; never throws for what the
// text holds.
PolicyReading ParsePolicy(std::string_view text);

// One node's SDDL ("D:", "D:P", and plain allow and deny entries), with all the faults that ParsePolicy would
// find in it.
std::variant<PolicyNode, std::vector<PolicyFault>> ParseNode(std::string_view node, std::string_view sddl);

}  // namespace onbehalf::service
