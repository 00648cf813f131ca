#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "access/access_rights.h"
#include "access/policy_document.h"
#include "access/policy_text.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {

// Maps SDDL's generic rights to those of a node.
inline constexpr GENERIC_MAPPING kAccessMapping = {kSee, kManage, kCall, kAllRights};

// Parses the text of access.json, with Windows reading the SDDL of entries. Reports all faults, not only the first; never throws
// because of the text.
PolicyReading ParsePolicy(std::string_view text);

// Parses one node's SDDL ("D:", "D:P", and plain allow and deny entries), with all faults that ParsePolicy would report for it.
std::variant<PolicyNode, std::vector<PolicyFault>> ParseNode(std::string_view node, std::string_view sddl);

}  // namespace onbehalf::service
