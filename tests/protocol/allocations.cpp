#include "allocations.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

thread_local onbehalf::protocol::Allocations allocations;

}  // namespace

void* operator new(std::size_t bytes) {
  ++allocations.count;
  allocations.largest = std::max(allocations.largest, bytes);
  if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) {
    return memory;
  }
  throw std::bad_alloc();
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace onbehalf::protocol {

void ResetAllocations() { allocations = {}; }
Allocations AllocationsSinceReset() { return allocations; }

}  // namespace onbehalf::protocol
