#pragma once

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::test {

// While one exists, this process may not open any other (OpenProcess fails with ERROR_ACCESS_DENIED), as a
// service's virtual account may not open other users' processes. Where the system does not support
// SystemProcessIdInformation, the seam answers as Windows does. Only one at a time.
class ProcessAccessSeam {
 public:
  ProcessAccessSeam();
  ~ProcessAccessSeam();
  ProcessAccessSeam(const ProcessAccessSeam&) = delete;
  ProcessAccessSeam& operator=(const ProcessAccessSeam&) = delete;
};

}  // namespace onbehalf::test
