#pragma once

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

}  // namespace onbehalf::service
