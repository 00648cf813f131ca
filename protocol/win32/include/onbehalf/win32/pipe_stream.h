// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/overlapped.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::win32 {

// What a client allows the server to do with its identity.
struct ClientSecurity {
  ImpersonationLevel level = ImpersonationLevel::kIdentification;
  // Dynamic tracking: no token is sent before the first write, and each write sends the writing thread's token.
  // Static tracking sends the opening thread's token at open. Remote pipes are always static.
  bool dynamic_tracking = true;
};

// Whether an error of reading or writing a pipe means that the other end is closed: Windows has three codes for it,
// depending on who closed first and whether data was left.
bool IsPipeClosed(DWORD code) noexcept;

// The client's end of a named pipe: overlapped, byte-mode reads (a frame may be longer than a message). Owns the
// handle; closing it ends the connection. One thread may read while another writes; neither may be active while the
// object is moved or destroyed.
class PipeStream {
 public:
  // Opens `\\.\pipe\name` or `\\host\pipe\name` with GENERIC_READ | GENERIC_WRITE and always with
  // SECURITY_SQOS_PRESENT. If all instances are busy (231), waits with WaitNamedPipe until `deadline`. Throws
  // Win32Error: ERROR_FILE_NOT_FOUND (no such pipe), ERROR_PIPE_BUSY (busy until the deadline), ERROR_ACCESS_DENIED,
  // ERROR_BAD_PATHNAME (not a pipe path; nothing was opened) and others.
  static PipeStream Open(std::string_view path, const ClientSecurity& security, Clock::time_point deadline);
  // The flags that Open passes to CreateFileW for `security`.
  static DWORD OpenFlags(const ClientSecurity& security);
  // Takes a client's end opened with FILE_FLAG_OVERLAPPED.
  explicit PipeStream(UniqueFile pipe);

  HANDLE get() const noexcept { return pipe_.get(); }

  // Reads at least one byte into `buffer`, which must not be empty, and returns the number; 0 when the other end is
  // closed (109, 232, 233). Skips empty messages. Throws Win32Error: WAIT_TIMEOUT at the deadline, ERROR_CANCELLED if
  // the event `stop` is set first.
  std::size_t Read(std::span<char> buffer, Clock::time_point deadline, HANDLE stop = nullptr);
  // Writes all of `bytes` in one write: one message on a message-type pipe. Throws Win32Error (WAIT_TIMEOUT,
  // ERROR_CANCELLED if the event `stop` is set, ERROR_NO_DATA / ERROR_BROKEN_PIPE / ERROR_PIPE_NOT_CONNECTED if the
  // other end is closed). After WAIT_TIMEOUT and ERROR_CANCELLED, part of a message longer than one read of the other
  // end may have arrived, so the connection can no longer be used.
  void Write(std::string_view bytes, Clock::time_point deadline, HANDLE stop = nullptr);

 private:
  UniqueFile pipe_;
  // One each, so that calls do not create events. Destroyed before the handle that they use.
  std::unique_ptr<OverlappedOperation> reading_;
  std::unique_ptr<OverlappedOperation> writing_;
};

}  // namespace onbehalf::win32
