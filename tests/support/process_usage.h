#pragma once

#include <cstddef>
#include <cstdint>

namespace onbehalf::test {

// Of this process.
std::size_t ThreadsOfThisProcess();
std::size_t PrivateBytes();
// Of another process, which runs.
std::size_t PrivateBytesOf(std::uint32_t process_id);
// Whether the system's figure of them grows when this process takes memory and uses it.
bool PrivateBytesAreCounted();
// The most memory of this process that was in use at a time, and whether the system counts that.
std::size_t PeakWorkingSet();
bool PeakWorkingSetIsCounted();

}  // namespace onbehalf::test
