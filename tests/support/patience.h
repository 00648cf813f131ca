#pragma once

#include <chrono>

namespace onbehalf::test {

// How long a test waits for what must come. Hitting it is a failure, so it is far more than anything needs, even on a
// machine that is busy with something else. The watchdog of test_main.cpp allows several of these in one test.
inline constexpr std::chrono::seconds kPatience{60};
// The same for functions of Windows that take a DWORD.
inline constexpr unsigned long kPatienceMilliseconds = std::chrono::milliseconds(kPatience).count();

}  // namespace onbehalf::test
