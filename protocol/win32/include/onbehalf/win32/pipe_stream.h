#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/overlapped.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::win32 {

// What a client is willing to let the server do with its identity.
struct ClientSecurity {
  ImpersonationLevel level = ImpersonationLevel::kIdentification;
  // Dynamic tracking: no token leaves before the first write, and each write carries the writing thread's. Static
  // hands the opening thread's over at open. Remote pipes are always static.
  bool dynamic_tracking = true;
};

// The client's end of a named pipe, overlapped, byte-mode reads (a frame may be longer than a message). Owns the
// handle; closing it ends the connection. One thread reads and another may write at the same time.
class PipeStream {
 public:
  // Opens `\\.\pipe\name` or `\\host\pipe\name` with GENERIC_READ | GENERIC_WRITE and always with SECURITY_SQOS_PRESENT.
  // While all instances are busy (231) waits with WaitNamedPipe until `deadline`. Throws Win32Error:
  // ERROR_FILE_NOT_FOUND (no such pipe), ERROR_PIPE_BUSY (busy until the deadline), ERROR_ACCESS_DENIED, ….
  static PipeStream Open(std::string_view path, const ClientSecurity& security, Clock::time_point deadline);
  explicit PipeStream(UniqueFile pipe) : pipe_(std::move(pipe)) {}

  HANDLE get() const noexcept { return pipe_.get(); }

  // Reads at least one byte into `buffer` and says how many; 0 when the other end is closed (109, 232, 233 …).
  // Throws Win32Error(WAIT_TIMEOUT) at the deadline.
  std::size_t Read(std::span<char> buffer, Clock::time_point deadline);
  // Writes all of `bytes` in one write: one message on a message-type pipe. Throws Win32Error (WAIT_TIMEOUT,
  // ERROR_NO_DATA / ERROR_BROKEN_PIPE when the other end is closed).
  void Write(std::string_view bytes, Clock::time_point deadline);

 private:
  UniqueFile pipe_;
};

}  // namespace onbehalf::win32
