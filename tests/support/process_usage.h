#pragma once

#include <cstddef>
#include <cstdint>

namespace onbehalf::test {

// For this process.
std::size_t ThreadsOfThisProcess();
std::size_t PrivateBytes();
// For another, running process.
std::size_t PrivateBytesOf(std::uint32_t process_id);
// Whether the system's private bytes grow when this process allocates memory and uses it.
bool PrivateBytesAreCounted();
// The peak working set of this process, and whether the system counts it.
std::size_t PeakWorkingSet();
bool PeakWorkingSetIsCounted();

}  // namespace onbehalf::test
