// SPDX-License-Identifier: MIT
#pragma once

namespace onbehalf::win32 {

// Terminates the process at once with exit code 0xC0000409 (STATUS_STACK_BUFFER_OVERRUN, Windows' code for
// __fastfail), without running handlers, destructors or logging: for a thread or process that can no longer be
// trusted.
[[noreturn]] void FailFast() noexcept;

}  // namespace onbehalf::win32
