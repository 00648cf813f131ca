#pragma once

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::test {

// While one lives, this process may open no other (OpenProcess gives ERROR_ACCESS_DENIED), as a service's virtual account may not
// open those of other users; and where the system does not know SystemProcessIdInformation, it is answered as Windows does.
// One at a time.
class ProcessAccessSeam {
 public:
  ProcessAccessSeam();
  ~ProcessAccessSeam();
  ProcessAccessSeam(const ProcessAccessSeam&) = delete;
  ProcessAccessSeam& operator=(const ProcessAccessSeam&) = delete;
};

}  // namespace onbehalf::test
