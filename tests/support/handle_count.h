#pragma once

#include <cstddef>

namespace onbehalf::test {

// How many handles this process has open, from the system's table of all handles, because Wine's
// GetProcessHandleCount always says 0. Other threads of the process (the thread pool's) open and close
// handles too: compare with room for theirs, after many rounds of what is tested.
std::size_t OpenHandleCount();

}  // namespace onbehalf::test
