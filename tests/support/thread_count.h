#pragma once

#include <cstddef>

namespace onbehalf::test {

// How many threads this process has.
std::size_t OwnThreadCount();

}  // namespace onbehalf::test
