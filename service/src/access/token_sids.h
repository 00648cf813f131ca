#pragma once

#include "access/dacl_walk.h"
#include "onbehalf/win32/token.h"

namespace onbehalf::service {

// The token's SIDs that AccessCheck compares entries with. Throws win32::Win32Error.
TokenSids SidsOf(const win32::Token& token);

}  // namespace onbehalf::service
