#pragma once

#include <cstddef>
#include <cstdint>

namespace onbehalf::test {

// The number of handles that this process has open, counted in the system's table of all handles, because
// Wine's GetProcessHandleCount always returns 0. Other threads of the process (the thread pool's) open and
// close handles too: compare with some tolerance, after many rounds of what is tested.
std::size_t OpenHandleCount();
// The same for another process.
std::size_t OpenHandleCountOf(std::uint32_t process_id);

}  // namespace onbehalf::test
