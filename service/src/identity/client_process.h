#pragma once

#include "onbehalf/service/caller_identity.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {

// What Windows says of the process at the other end of `pipe`, looked at as the service. Whatever cannot be found out
// stays empty: none of it decides anything.
ClientProcess ClientProcessOf(HANDLE pipe);

}  // namespace onbehalf::service
