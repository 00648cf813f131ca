// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "onbehalf/win32/sid.h"

namespace onbehalf::win32 {

// An ACCESS_MASK. This header needs no windows.h; security_descriptor.cpp checks the values against Windows'.
using AccessMask = std::uint32_t;

inline constexpr AccessMask kReadControl = 0x0002'0000;  // READ_CONTROL
inline constexpr AccessMask kWriteDac = 0x0004'0000;     // WRITE_DAC

// One entry of an ACL. Object and conditional entries (ACCESS_ALLOWED_CALLBACK_ACE_TYPE) also have a mask and SID,
// but their conditions are not kept. A type still unknown to Windows gets the null SID (S-1-0-0).
struct AccessEntry {
  static constexpr std::uint8_t kAllows = 0;          // ACCESS_ALLOWED_ACE_TYPE
  static constexpr std::uint8_t kDenies = 1;          // ACCESS_DENIED_ACE_TYPE
  static constexpr std::uint8_t kInheritOnly = 0x08;  // INHERIT_ONLY_ACE

  std::uint8_t type;  // ACCESS_ALLOWED_ACE_TYPE, ACCESS_DENIED_ACE_TYPE, SYSTEM_MANDATORY_LABEL_ACE_TYPE, ...
  std::uint8_t flags;  // CONTAINER_INHERIT_ACE, INHERITED_ACE, ...
  AccessMask mask;
  Sid sid;
  bool allows() const { return type == kAllows; }
  bool denies() const { return type == kDenies; }
  bool inherit_only() const { return (flags & kInheritOnly) != 0; }
  // The size of an allow or deny entry in an ACL: ACE_HEADER, mask, SID.
  std::size_t AceBytes() const { return 8 + sid.size(); }
  friend bool operator==(const AccessEntry&, const AccessEntry&) = default;
};

}  // namespace onbehalf::win32
