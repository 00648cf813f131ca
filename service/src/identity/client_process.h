#pragma once

#include "onbehalf/service/caller_identity.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {

// What Windows reports about the process at the other end of `pipe`, queried as the service. What cannot be determined stays
// empty: no decision depends on it.
ClientProcess ClientProcessOf(HANDLE pipe);

}  // namespace onbehalf::service
