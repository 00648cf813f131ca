#include "onbehalf/win32/fail_fast.h"

#include "onbehalf/win32/lean_windows.h"

#if defined(_MSC_VER)
#include <intrin.h>
#endif

namespace onbehalf::win32 {

// The kernel takes interrupt 0x29 (x64) or breakpoint 0xF003 (ARM64) with the reason in the first register and
// terminates the process without calling any of its handlers: winnt.h, __fastfail.
void FailFast() noexcept {
#if defined(_MSC_VER)
  __fastfail(FAST_FAIL_FATAL_APP_EXIT);
#elif defined(__x86_64__)
  __asm__ volatile("int $0x29" : : "c"(FAST_FAIL_FATAL_APP_EXIT) : "memory");
  __builtin_unreachable();
#elif defined(__aarch64__)
  __asm__ volatile("mov w0, %w0\n\tbrk #0xF003" : : "i"(FAST_FAIL_FATAL_APP_EXIT) : "x0", "memory");
  __builtin_unreachable();
#else
#error "__fastfail is not known for this processor"
#endif
}

}  // namespace onbehalf::win32
