#pragma once

#include <chrono>

namespace onbehalf::test {

// How long a test waits for something that must happen. Reaching it is a failure, so it is far longer than
// anything needs, even on a busy machine. The watchdog in test_main.cpp allows several of these in one test.
inline constexpr std::chrono::seconds kPatience{60};
// The same for Windows functions that take a DWORD.
inline constexpr unsigned long kPatienceMilliseconds = std::chrono::milliseconds(kPatience).count();

// For tests of something that is running when its time limit passes: no short limit is certain to be long
// enough for it to start. Calls `attempt` with a limit that doubles each time until it returns true (it had
// started before the limit); false if it never did.
template <typename Attempt>
bool WithGrowingTime(Attempt attempt) {
  for (std::chrono::milliseconds time{100}; time < kPatience; time *= 2) {
    if (attempt(time)) return true;
  }
  return false;
}

}  // namespace onbehalf::test
