// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <functional>

#include "onbehalf/pipe/pipe_end.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::pipe {

// Calls `work` once on a thread of the pool, which carries no token before and after, or else the process ends. Throws
// Win32Error if Windows cannot queue it; then it is not called.
void RunOnPool(PoolEnvironment environment, std::function<void()> work);

// `time` from now, for SetThreadpoolTimer.
FILETIME DueIn(std::chrono::milliseconds time) noexcept;

}  // namespace onbehalf::pipe
