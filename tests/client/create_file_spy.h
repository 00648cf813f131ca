#pragma once

#include <string>
#include <vector>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::test {

// The dwFlagsAndAttributes of every CreateFileW call on a pipe that this process has made since the last call
// of this function.
std::vector<DWORD> TakePipeOpenFlags();

// While one exists, opening this file fails with ERROR_ACCESS_DENIED. Only one at a time.
class DeniedFile {
 public:
  explicit DeniedFile(std::wstring path);
  ~DeniedFile();
  DeniedFile(const DeniedFile&) = delete;
  DeniedFile& operator=(const DeniedFile&) = delete;
};

}  // namespace onbehalf::test
