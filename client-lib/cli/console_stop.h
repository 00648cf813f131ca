#pragma once

#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::cli {

// While it lives, the first Ctrl+C (or Ctrl+Break) signals its event and does not end the process; the next
// one, while the event is signalled, ends it (exit code 0xC000013A). One at a time.
class ConsoleStop {
 public:
  ConsoleStop();
  ~ConsoleStop();
  ConsoleStop(const ConsoleStop&) = delete;
  ConsoleStop& operator=(const ConsoleStop&) = delete;

  // Manual reset. Borrowed.
  HANDLE event() const { return event_.get(); }
  // For what comes next.
  void Reset() { ::ResetEvent(event_.get()); }

 private:
  win32::UniqueObject event_;
};

}  // namespace onbehalf::cli
