#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {

// The rights of a node of the policy tree, and how SDDL's generic rights map to them. On `pipe:` call means
// connect.
inline constexpr ACCESS_MASK kCall = 0x0001;  // GX: call the method
inline constexpr ACCESS_MASK kSee =
    0x0002 | READ_CONTROL;                         // GR: find it in rpc.discover, read its descriptor
inline constexpr ACCESS_MASK kManage = WRITE_DAC;  // GW: change its descriptor
inline constexpr ACCESS_MASK kAllRights = kCall | kSee | kManage;
inline constexpr GENERIC_MAPPING kAccessMapping = {kSee, kManage, kCall, kAllRights};

// The words for people and for JSON: call (connect at `pipe:`), see, manage. A right is in a mask when all of
// it is.
std::vector<std::string_view> RightsWords(std::string_view node, ACCESS_MASK mask);
// "call, see"; the mask in hexadecimal when no right is whole in it.
std::string RightsText(std::string_view node, ACCESS_MASK mask);
// At `pipe:` both call and connect; nullopt for any other word.
std::optional<ACCESS_MASK> RightNamed(std::string_view node, std::string_view word);

// "0x20003", as SDDL takes a mask.
std::string MaskText(ACCESS_MASK mask);
// An entry of an ACL in SDDL. `type_and_flags` are "A;", "D;ID", …; `account` is a SID or its two letters.
std::string AceSddl(std::string_view type_and_flags, ACCESS_MASK mask, std::string_view account);

}  // namespace onbehalf::service
