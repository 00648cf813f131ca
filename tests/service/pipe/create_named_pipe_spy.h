#pragma once

#include <vector>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::test {

// The dwOpenMode of every CreateNamedPipeW call of this process since the last call of this function, in
// order. For programs that create_named_pipe_spy.cpp is linked into.
std::vector<DWORD> TakePipeOpenModes();

}  // namespace onbehalf::test
