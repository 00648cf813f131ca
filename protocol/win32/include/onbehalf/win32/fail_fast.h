// SPDX-License-Identifier: MIT
#pragma once

namespace onbehalf::win32 {

// Ends the process at once, exit code 0xC0000409 (STATUS_STACK_BUFFER_OVERRUN, Windows' code for __fastfail),
// with no handler, destructor or log running: for a thread or process that can no longer be trusted.
[[noreturn]] void FailFast() noexcept;

}  // namespace onbehalf::win32
