#pragma once

#include <cstddef>

namespace onbehalf::protocol {

// What operator new was asked for, on the calling thread, since the last reset: the proof that a limit was
// checked before memory was taken, and that nothing was copied.
struct Allocations {
  std::size_t count = 0;
  std::size_t largest = 0;  // in bytes
};

void ResetAllocations();
Allocations AllocationsSinceReset();

}  // namespace onbehalf::protocol
