// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace onbehalf::pipe {

// How an operation on a pipe ended. These are what a peer or the caller can cause; anything else is a failure of
// Windows, which throws win32::Win32Error (a std::system_error with Windows' code).
enum class Status {
  kOk,
  kMoreData,  // a read: the buffer is full and the message continues (ERROR_MORE_DATA, 234)
  kClosed,  // the other end is closed: ERROR_BROKEN_PIPE (109), ERROR_NO_DATA (232), ERROR_PIPE_NOT_CONNECTED (233)
  kTimeout,   // the deadline passed; the operation was cancelled
  kStopped,   // the stop event was set, or Cancel was called
  kTooLarge,  // the message is longer than the limit of the call
  kFailed,    // only in callbacks, which cannot throw: IoResult::code tells
};
// "ok", "more data", "closed", "timeout", "stopped", "too large", "failed".
std::string_view ToString(Status status);

struct IoResult {
  Status status = Status::kOk;
  // Windows' code behind the status, for logs: 109, 232 or 233 for kClosed; 258 (WAIT_TIMEOUT) for kTimeout; for
  // kStopped 1223 (ERROR_CANCELLED) if the stop event was set and 995 (ERROR_OPERATION_ABORTED) after Cancel or Close.
  std::uint32_t code = 0;
  std::size_t bytes = 0;  // read or written
  explicit operator bool() const noexcept { return status == Status::kOk; }
};

// Whether an error of reading or writing a pipe means that the other end is closed: Windows has three codes for it,
// depending on who closed first and whether data was left.
bool IsPipeClosed(std::uint32_t code) noexcept;

}  // namespace onbehalf::pipe
