#pragma once

#include <chrono>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/win32_error.h"
#include "support/patience.h"

namespace onbehalf::test {

// An event that a test waits for. Any thread.
class Event {
 public:
  Event() : event_(::CreateEventW(nullptr, TRUE, FALSE, nullptr)) {
    if (!event_) win32::ThrowLastError("CreateEventW");
  }
  void Set() { ::SetEvent(event_.get()); }
  void Reset() { ::ResetEvent(event_.get()); }
  // False if it was not set within that time.
  bool Wait(std::chrono::milliseconds limit = kPatience) {
    return ::WaitForSingleObject(event_.get(), static_cast<DWORD>(limit.count())) == WAIT_OBJECT_0;
  }

 private:
  win32::UniqueObject event_;
};

}  // namespace onbehalf::test
