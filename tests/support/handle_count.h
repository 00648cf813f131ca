#pragma once

#include <cstddef>
#include <cstdint>

namespace onbehalf::test {

// How many handles this process has open, from the system's table of all handles, because Wine's
// GetProcessHandleCount always says 0. Other threads of the process (the thread pool's) open and close
// handles too: compare with room for theirs, after many rounds of what is tested.
std::size_t OpenHandleCount();
// The same of another process.
std::size_t OpenHandleCountOf(std::uint32_t process_id);

}  // namespace onbehalf::test
