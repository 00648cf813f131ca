// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace onbehalf::win32 {

using Clock = std::chrono::steady_clock;
// Forever.
inline constexpr Clock::time_point kNoDeadline =
    (Clock::time_point::max)();  // windows.h may have made max a macro

}  // namespace onbehalf::win32
