#pragma once

#include <string>
#include <vector>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::test {

// The dwFlagsAndAttributes of every CreateFileW call on a pipe that this process has made since it was last
// asked.
std::vector<DWORD> TakePipeOpenFlags();

// While one lives, opening this file is refused with ERROR_ACCESS_DENIED. One at a time.
class DeniedFile {
 public:
  explicit DeniedFile(std::wstring path);
  ~DeniedFile();
  DeniedFile(const DeniedFile&) = delete;
  DeniedFile& operator=(const DeniedFile&) = delete;
};

}  // namespace onbehalf::test
