#pragma once

#include <vector>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::test {

// The dwOpenMode of every CreateNamedPipeW of this process since the last call, in order. In programs that
// create_named_pipe_spy.cpp is linked with.
std::vector<DWORD> TakePipeOpenModes();

}  // namespace onbehalf::test
