#pragma once

#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::cli {

// While it lives, Ctrl+C and Ctrl+Break signal its event and do not end the process. One at a time.
class ConsoleStop {
 public:
  ConsoleStop();
  ~ConsoleStop();
  ConsoleStop(const ConsoleStop&) = delete;
  ConsoleStop& operator=(const ConsoleStop&) = delete;

  // Borrowed.
  HANDLE event() const { return event_.get(); }

 private:
  win32::UniqueObject event_;
};

}  // namespace onbehalf::cli
