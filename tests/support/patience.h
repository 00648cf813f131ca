#pragma once

#include <chrono>

namespace onbehalf::test {

// How long a test waits for what must come. Hitting it is a failure, so it is far more than anything needs, even on a
// machine that is busy with something else. The watchdog of test_main.cpp allows several of these in one test.
inline constexpr std::chrono::seconds kPatience{60};
// The same for functions of Windows that take a DWORD.
inline constexpr unsigned long kPatienceMilliseconds = std::chrono::milliseconds(kPatience).count();

// For tests of what becomes of something that has begun when its time is over: of no short time is it certain that it is
// enough to begin. Calls `attempt` with a time that is twice as long each time, until it returns that it has begun before; false
// if it never did.
template <typename Attempt>
bool WithGrowingTime(Attempt attempt) {
  for (std::chrono::milliseconds time{100}; time < kPatience; time *= 2) {
    if (attempt(time)) return true;
  }
  return false;
}

}  // namespace onbehalf::test
