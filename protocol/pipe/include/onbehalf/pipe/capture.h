// SPDX-License-Identifier: MIT
#pragma once

#include <variant>

#include "onbehalf/pipe/caller.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/token.h"

namespace onbehalf::pipe {

// The token of the client that wrote the message read last from `pipe`: impersonates on this thread, opens the thread's
// token as the process (whatever the token's account may open) and reverts before it returns. If reverting fails the
// process ends. What Caller and the service's CallerIdentity are made of.
std::variant<win32::Token, CaptureFailure> CaptureToken(HANDLE pipe);

}  // namespace onbehalf::pipe
