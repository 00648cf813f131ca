#pragma once

#include <cstddef>

namespace onbehalf::protocol {

// What operator new was called with, on the calling thread, since the last reset: proves that a limit was
// checked before memory was allocated, and that nothing was copied.
struct Allocations {
  std::size_t count = 0;
  std::size_t largest = 0;  // in bytes
};

// What a library may add to a requested size: Microsoft's adds 39 bytes to 4,096 and more, for alignment.
inline constexpr std::size_t kAllocatorOverhead = 39;

void ResetAllocations();
Allocations AllocationsSinceReset();

}  // namespace onbehalf::protocol
