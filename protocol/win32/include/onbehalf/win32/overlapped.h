#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::win32 {

using Clock = std::chrono::steady_clock;
// Forever.
inline constexpr Clock::time_point kNoDeadline = Clock::time_point::max();

// One overlapped operation on one handle, waited for by the thread that started it. Owns its OVERLAPPED and event;
// when destroyed while the operation is pending it cancels it (CancelIoEx) and waits, so the kernel never writes into
// memory that is gone. Not movable. One thread.
class OverlappedOperation {
 public:
  explicit OverlappedOperation(HANDLE file);
  ~OverlappedOperation();
  OverlappedOperation(const OverlappedOperation&) = delete;
  OverlappedOperation& operator=(const OverlappedOperation&) = delete;

  // Ready for the next ReadFile, WriteFile, ConnectNamedPipe or TransactNamedPipe: resets the event. Tell Started()
  // what that function returned.
  OVERLAPPED* Prepare();
  struct Outcome {
    DWORD code = ERROR_SUCCESS;  // as GetLastError; WAIT_TIMEOUT: cancelled at the deadline; ERROR_CANCELLED: stop was set
    DWORD bytes = 0;
  };
  // `succeeded` and `error` are the starting function's return value and GetLastError. Waits until the operation is
  // complete, `deadline` passes or `stop` (an event, may be null) is set; in the last two cases cancels and waits for the
  // end first. An operation that completed all the same counts as complete.
  Outcome Wait(bool succeeded, DWORD error, Clock::time_point deadline, HANDLE stop = nullptr);

 private:
  HANDLE file_;
  UniqueObject event_;
  OVERLAPPED overlapped_{};
  bool pending_ = false;
};

// Milliseconds from now to `deadline` for a Windows wait: INFINITE for kNoDeadline, 0 when it has passed, rounded up.
DWORD WaitMilliseconds(Clock::time_point deadline);

}  // namespace onbehalf::win32
