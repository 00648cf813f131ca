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

// What a client is willing to let the server do with its identity.
struct ClientSecurity {
  ImpersonationLevel level = ImpersonationLevel::kIdentification;
  // Dynamic tracking: no token leaves before the first write, and each write carries the writing thread's.
  // Static hands the opening thread's over at open. Remote pipes are always static.
  bool dynamic_tracking = true;
};

// Whether a code of reading or writing a pipe says that the other end is gone: Windows says it in three ways, by who closed
// first and whether data was left.
bool IsPipeClosed(DWORD code) noexcept;

// The client's end of a named pipe, overlapped, byte-mode reads (a frame may be longer than a message). Owns
// the handle; closing it ends the connection. One thread reads and another may write at the same time;
// neither may be inside while it is moved or destroyed.
class PipeStream {
 public:
  // Opens `\\.\pipe\name` or `\\host\pipe\name` with GENERIC_READ | GENERIC_WRITE and always with
  // SECURITY_SQOS_PRESENT. While all instances are busy (231) waits with WaitNamedPipe until `deadline`.
  // Throws Win32Error: ERROR_FILE_NOT_FOUND (no such pipe), ERROR_PIPE_BUSY (busy until the deadline),
  // ERROR_ACCESS_DENIED, ERROR_BAD_PATHNAME (the path is not a pipe's; nothing was opened) and others.
  static PipeStream Open(std::string_view path, const ClientSecurity& security, Clock::time_point deadline);
  // The flags that Open gives to CreateFileW for `security`.
  static DWORD OpenFlags(const ClientSecurity& security);
  // Of a client's end that was opened with FILE_FLAG_OVERLAPPED.
  explicit PipeStream(UniqueFile pipe);

  HANDLE get() const noexcept { return pipe_.get(); }

  // Reads at least one byte into `buffer`, which is not empty, and says how many; 0 when the other end is
  // closed (109, 232, 233). Empty messages are passed over. Throws Win32Error: WAIT_TIMEOUT at the deadline,
  // ERROR_CANCELLED when the event `stop` is set before.
  std::size_t Read(std::span<char> buffer, Clock::time_point deadline, HANDLE stop = nullptr);
  // Writes all of `bytes` in one write: one message on a message-type pipe. Throws Win32Error (WAIT_TIMEOUT,
  // ERROR_CANCELLED when the event `stop` is set, ERROR_NO_DATA / ERROR_BROKEN_PIPE / ERROR_PIPE_NOT_CONNECTED
  // when the other end is closed). After the first two part of a message that is longer than what the other
  // end reads at once may have arrived: the connection is then of no more use.
  void Write(std::string_view bytes, Clock::time_point deadline, HANDLE stop = nullptr);

 private:
  UniqueFile pipe_;
  // One each, so that no event is made per call. Destroyed before the handle they work on.
  std::unique_ptr<OverlappedOperation> reading_;
  std::unique_ptr<OverlappedOperation> writing_;
};

}  // namespace onbehalf::win32
