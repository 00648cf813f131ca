#pragma once

#include <vector>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::test {

// The dwFlagsAndAttributes of every CreateFileW call on a pipe that this process has made since it was last
// asked.
std::vector<DWORD> TakePipeOpenFlags();

}  // namespace onbehalf::test
