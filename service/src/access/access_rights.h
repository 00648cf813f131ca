#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/win32/access_entry.h"

namespace onbehalf::service {

using win32::AccessMask;

// The rights of a node of the policy tree. On `pipe:` call means connect. How SDDL's generic rights map to them:
// kAccessMapping (policy_reading.h).
inline constexpr AccessMask kCall = 0x0001;  // GX: call the method
inline constexpr AccessMask kSee =
    0x0002 | win32::kReadControl;                        // GR: see it in rpc.discover, read its descriptor
inline constexpr AccessMask kManage = win32::kWriteDac;  // GW: change its descriptor
inline constexpr AccessMask kAllRights = kCall | kSee | kManage;

// The words for people and for JSON: call (connect at `pipe:`), see, manage. A right is listed if all of its bits are in the
// mask.
std::vector<std::string_view> RightsWords(std::string_view node, AccessMask mask);
// "call, see"; the mask in hexadecimal if it contains no complete right.
std::string RightsText(std::string_view node, AccessMask mask);
// At `pipe:` both call and connect are accepted; nullopt for any other word.
std::optional<AccessMask> RightNamed(std::string_view node, std::string_view word);

// "0x20003", as SDDL takes a mask.
std::string MaskText(AccessMask mask);
// An ACE in SDDL. `type_and_flags` are "A;", "D;ID", …; `account` is a SID or its two-letter alias.
std::string AceSddl(std::string_view type_and_flags, AccessMask mask, std::string_view account);

}  // namespace onbehalf::service
