#pragma once

#include <cstddef>

namespace onbehalf::test {

// How many times this thread has called operator new (which this executable replaces to count).
std::size_t AllocationsOfThisThread();

}  // namespace onbehalf::test
