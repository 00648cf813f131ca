#pragma once

#include <cstddef>

namespace onbehalf::test {

// Of this process.
std::size_t ThreadsOfThisProcess();
std::size_t PrivateBytes();
// Whether the system's figure of them grows when this process takes memory and uses it.
bool PrivateBytesAreCounted();

}  // namespace onbehalf::test
