#include "onbehalf/win32/overlapped.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "onbehalf/win32/win32_error.h"

namespace onbehalf::win32 {
namespace {

// The longest wait other than INFINITE.
constexpr DWORD kLongestWait = INFINITE - 1;

}  // namespace

OverlappedOperation::OverlappedOperation(HANDLE file)
    // Manual reset, as OVERLAPPED requires; unnamed; not inherited.
    : file_(file), event_(::CreateEventW(nullptr, TRUE, FALSE, nullptr)) {
  if (!event_) ThrowLastError("CreateEventW");
}

OverlappedOperation::~OverlappedOperation() { CancelAndWait(); }

OVERLAPPED* OverlappedOperation::Prepare() {
  CancelAndWait();
  overlapped_ = {};
  // The low bit keeps the completion off a completion port that the handle may have (GetQueuedCompletionStatus,
  // "lpOverlapped"); it is no part of the handle.
  overlapped_.hEvent = reinterpret_cast<HANDLE>(reinterpret_cast<std::uintptr_t>(event_.get()) | 1U);
  prepared_ = true;
  return &overlapped_;
}

OverlappedOperation::Outcome OverlappedOperation::Wait(bool succeeded, DWORD error,
                                                       Clock::time_point deadline, HANDLE stop) {
  Outcome outcome;
  const auto take_result = [&](BOOL wait) {
    outcome.code =
        ::GetOverlappedResult(file_, &overlapped_, &outcome.bytes, wait) ? ERROR_SUCCESS : ::GetLastError();
    prepared_ = false;
  };

  if (succeeded || error == ERROR_MORE_DATA) {
    take_result(FALSE);
    return outcome;
  }
  if (error != ERROR_IO_PENDING) {
    // It failed, or (ConnectNamedPipe) the client is already connected: nothing was started.
    prepared_ = false;
    outcome.code = error;
    return outcome;
  }

  Ended ended = Ended::kSignaled;
  try {
    // A completed operation counts as completed, even if it is late or stopped.
    ended = WaitFor(event_.get(), deadline, stop);
  } catch (...) {
    CancelAndWait();
    throw;
  }
  if (ended == Ended::kSignaled) {
    take_result(FALSE);
    return outcome;
  }
  // The result tells which came first, cancellation or completion.
  ::CancelIoEx(file_, &overlapped_);
  take_result(TRUE);
  if (outcome.code == ERROR_OPERATION_ABORTED) {
    outcome = {};
    outcome.code = ended == Ended::kTimeout ? static_cast<DWORD>(WAIT_TIMEOUT) : ERROR_CANCELLED;
  }
  return outcome;
}

void OverlappedOperation::CancelAndWait() noexcept {
  if (!prepared_) return;
  prepared_ = false;
  if (HasOverlappedIoCompleted(&overlapped_)) return;
  // ERROR_NOT_FOUND: no operation is pending, so the event will never be set.
  if (!::CancelIoEx(file_, &overlapped_) && ::GetLastError() == ERROR_NOT_FOUND) return;
  DWORD bytes = 0;
  ::GetOverlappedResult(file_, &overlapped_, &bytes, TRUE);
}

Ended WaitFor(HANDLE object, Clock::time_point deadline, HANDLE stop) {
  const std::array<HANDLE, 2> handles{object, stop};
  DWORD ended_by = WAIT_TIMEOUT;
  do {
    // Index 0 wins if both are set.
    ended_by = stop == nullptr ? ::WaitForSingleObject(object, WaitMilliseconds(deadline))
                               : ::WaitForMultipleObjects(static_cast<DWORD>(handles.size()), handles.data(),
                                                          FALSE, WaitMilliseconds(deadline));
  } while (ended_by == WAIT_TIMEOUT && Clock::now() < deadline);
  if (ended_by == WAIT_FAILED)
    ThrowLastError(stop == nullptr ? "WaitForSingleObject" : "WaitForMultipleObjects");
  if (ended_by == WAIT_TIMEOUT) return Ended::kTimeout;
  return ended_by == WAIT_OBJECT_0 ? Ended::kSignaled : Ended::kStopped;
}

DWORD WaitMilliseconds(Clock::time_point deadline) {
  if (deadline == kNoDeadline) return INFINITE;
  const auto now = Clock::now();
  if (deadline <= now) return 0;
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(deadline - now).count();
  return static_cast<DWORD>(std::min<std::int64_t>(milliseconds, kLongestWait));
}

}  // namespace onbehalf::win32
