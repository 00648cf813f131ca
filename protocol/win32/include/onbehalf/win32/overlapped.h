// SPDX-License-Identifier: MIT
#pragma once

#include "onbehalf/win32/deadline.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::win32 {

// One overlapped operation on one handle, waited for by the thread that started it. Owns its OVERLAPPED and event;
// the destructor cancels a pending operation (CancelIoEx) and waits for it, so the kernel never writes into freed
// memory. Not movable. One thread.
class OverlappedOperation {
 public:
  explicit OverlappedOperation(HANDLE file);
  ~OverlappedOperation();
  OverlappedOperation(const OverlappedOperation&) = delete;
  OverlappedOperation& operator=(const OverlappedOperation&) = delete;

  // Prepares for the next ReadFile, WriteFile, ConnectNamedPipe or TransactNamedPipe (which resets the event itself).
  // Cancels a pending operation first. Pass the result of that function to Wait().
  OVERLAPPED* Prepare();
  struct Outcome {
    // As GetLastError; WAIT_TIMEOUT: cancelled at the deadline; ERROR_CANCELLED: `stop` was set; ERROR_MORE_DATA: the
    // message's first part was read.
    DWORD code = ERROR_SUCCESS;
    DWORD bytes = 0;
  };
  // `succeeded` and `error` are the starting function's return value and GetLastError. Waits until the operation
  // completes, `deadline` passes or `stop` (an event, may be null) is set; in the last two cases cancels it and waits
  // for that. An operation that completes nevertheless counts as completed. Throws Win32Error only if waiting itself
  // fails; the operation has then ended too.
  Outcome Wait(bool succeeded, DWORD error, Clock::time_point deadline, HANDLE stop = nullptr);
  // Prepares, starts it with `call(OVERLAPPED*)`, which returns what the Windows function did, and waits.
  template <typename Call>
  Outcome Run(const Call& call, Clock::time_point deadline, HANDLE stop = nullptr) {
    const BOOL succeeded = call(Prepare());
    const DWORD error = succeeded ? ERROR_SUCCESS : ::GetLastError();
    return Wait(succeeded != FALSE, error, deadline, stop);
  }

 private:
  // Cancels a pending operation, if any, and waits for its end.
  void CancelAndWait() noexcept;

  HANDLE file_;
  UniqueObject event_;
  OVERLAPPED overlapped_{};
  // An operation on overlapped_ may have been started and not yet completed.
  bool prepared_ = false;
};

// Milliseconds from now to `deadline` for a Windows wait, rounded up: INFINITE for kNoDeadline, 0 if it has passed.
DWORD WaitMilliseconds(Clock::time_point deadline);
enum class Ended { kSignaled, kTimeout, kStopped };
// Waits until `object` is signaled, `deadline` passes or `stop` (an event, may be null) is set. If both are, it is
// kSignaled. Throws Win32Error.
Ended WaitFor(HANDLE object, Clock::time_point deadline, HANDLE stop = nullptr);

}  // namespace onbehalf::win32
