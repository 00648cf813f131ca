// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::win32 {

using Clock = std::chrono::steady_clock;
// Forever.
inline constexpr Clock::time_point kNoDeadline =
    (Clock::time_point::max)();  // windows.h may have made max a macro

// One overlapped operation on one handle, waited for by the thread that started it. Owns its OVERLAPPED and
// event; when destroyed while the operation is pending it cancels it (CancelIoEx) and waits, so the kernel
// never writes into memory that is gone. Not movable. One thread.
class OverlappedOperation {
 public:
  explicit OverlappedOperation(HANDLE file);
  ~OverlappedOperation();
  OverlappedOperation(const OverlappedOperation&) = delete;
  OverlappedOperation& operator=(const OverlappedOperation&) = delete;

  // Ready for the next ReadFile, WriteFile, ConnectNamedPipe or TransactNamedPipe (which resets the event
  // itself). Tell Wait() what that function returned. Ends one that is still pending first.
  OVERLAPPED* Prepare();
  struct Outcome {
    // As GetLastError; WAIT_TIMEOUT: cancelled at the deadline; ERROR_CANCELLED: `stop` was set;
    // ERROR_MORE_DATA comes with the bytes of the message's first part.
    DWORD code = ERROR_SUCCESS;
    DWORD bytes = 0;
  };
  // `succeeded` and `error` are the starting function's return value and GetLastError. Waits until the
  // operation is complete, `deadline` passes or `stop` (an event, may be null) is set; in the last two cases
  // cancels and waits for the end first. An operation that completed all the same counts as complete. Throws
  // Win32Error only if waiting itself fails; then the operation has ended too.
  Outcome Wait(bool succeeded, DWORD error, Clock::time_point deadline, HANDLE stop = nullptr);

 private:
  // Cancels what is under way, if anything is, and waits for its end.
  void CancelAndWait() noexcept;

  HANDLE file_;
  UniqueObject event_;
  OVERLAPPED overlapped_{};
  // Something may have been started on overlapped_ whose end was not seen yet.
  bool prepared_ = false;
};

// Milliseconds from now to `deadline` for a Windows wait: INFINITE for kNoDeadline, 0 when it has passed,
// rounded up.
DWORD WaitMilliseconds(Clock::time_point deadline);

}  // namespace onbehalf::win32
