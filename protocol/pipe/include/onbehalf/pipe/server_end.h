// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <variant>

#include "onbehalf/pipe/caller.h"
#include "onbehalf/pipe/client_process.h"
#include "onbehalf/pipe/pipe_end.h"

namespace onbehalf::pipe {

// The server's end of one pipe instance.
class ServerEnd : public PipeEnd {
 public:
  // Takes a server's end opened with FILE_FLAG_OVERLAPPED; for ends that Server and Listener did not make.
  explicit ServerEnd(NativeHandle pipe, PoolEnvironment environment = nullptr);

  // The account that wrote the last message. Call it after each read and before the next one: with dynamic tracking the
  // identity is that of the message read last ("ImpersonateNamedPipeClient function", Remarks).
  std::variant<Caller, CaptureFailure> CaptureCaller() const { return Caller::FromLastMessage(native()); }
  ClientProcess Client() const;

  // Ends the client's connection; what it has not read is lost (WaitUntilRead waits for it). The instance can then wait
  // for another client.
  void Disconnect() noexcept;
  // Waits for the next client of this instance after Disconnect. A client may have come and left already: then its last
  // messages can be read before kClosed. Results as of PipeEnd::Read.
  IoResult WaitForClient(Deadline deadline = kNoDeadline, StopSignal stop = nullptr);
  void WaitForClientAsync(Callback on_end, Deadline deadline = kNoDeadline, StopSignal stop = nullptr);
  IoAwaitable WaitForClientAsync(Deadline deadline = kNoDeadline, StopSignal stop = nullptr);

  // As PipeEnd::StartRead; ERROR_PIPE_CONNECTED (535): a client is already connected; ERROR_NO_DATA (232): one was and
  // has gone, and its last messages can be read.
  std::uint32_t StartConnect(Operation& operation);
};

}  // namespace onbehalf::pipe
