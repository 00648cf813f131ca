#include "onbehalf/pipe/server_end.h"

#include <utility>

#include "onbehalf/win32/win32_error.h"
#include "pending_io.h"
#include "pipe_io.h"

namespace onbehalf::pipe {
namespace {

auto ConnectCall(HANDLE pipe) {
  return [pipe](OVERLAPPED* overlapped) { return ::ConnectNamedPipe(pipe, overlapped); };
}

std::shared_ptr<PendingIo> PendingConnect(const std::shared_ptr<PipeIo>& io, Deadline deadline,
                                          NativeHandle stop) {
  return std::make_shared<PendingIo>(io, "ConnectNamedPipe", ConnectCall(io->handle()), deadline, stop);
}

}  // namespace

ServerEnd::ServerEnd(NativeHandle pipe, PoolEnvironment environment) : PipeEnd(pipe, environment) {}

ClientProcess ServerEnd::Client() const { return ClientProcessOf(native()); }

void ServerEnd::Disconnect() noexcept { ::DisconnectNamedPipe(native()); }

IoResult ServerEnd::WaitForClient(Deadline deadline, StopSignal stop) {
  const auto outcome = io_->reading().Run(ConnectCall(native()), deadline, stop);
  return ToResult(ConnectCode(outcome.code), 0, "ConnectNamedPipe");
}

void ServerEnd::WaitForClientAsync(Callback on_end, Deadline deadline, StopSignal stop) {
  StartWithCallback(PendingConnect(io_, deadline, stop), environment(), std::move(on_end));
}

IoAwaitable ServerEnd::WaitForClientAsync(Deadline deadline, StopSignal stop) {
  return IoAwaitable(PendingConnect(io_, deadline, stop));
}

std::uint32_t ServerEnd::StartConnect(Operation& operation) {
  return io_->Start(operation, ConnectCall(native()));
}

}  // namespace onbehalf::pipe
