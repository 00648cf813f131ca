#pragma once

#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::cli {

// While this exists, the first Ctrl+C (or Ctrl+Break) signals its event instead of ending the process;
// another one while the event is signalled ends it (exit code 0xC000013A). Only one instance at a time.
class ConsoleStop {
 public:
  ConsoleStop();
  ~ConsoleStop();
  ConsoleStop(const ConsoleStop&) = delete;
  ConsoleStop& operator=(const ConsoleStop&) = delete;

  // Manual reset. Borrowed.
  HANDLE event() const { return event_.get(); }
  // Resets the event for the next command.
  void Reset() { ::ResetEvent(event_.get()); }

 private:
  win32::UniqueObject event_;
};

}  // namespace onbehalf::cli
