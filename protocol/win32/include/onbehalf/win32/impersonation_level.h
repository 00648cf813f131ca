// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace onbehalf::win32 {

// In order: each level includes the lower ones. The values are SECURITY_IMPERSONATION_LEVEL's. This header needs no
// windows.h.
enum class ImpersonationLevel : int {
  kAnonymous = 0,
  kIdentification = 1,
  kImpersonation = 2,
  kDelegation = 3
};
std::string_view ToString(ImpersonationLevel level);  // "anonymous", "identification", ...

}  // namespace onbehalf::win32
