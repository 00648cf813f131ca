#include "pending_io.h"

#include <mutex>
#include <string_view>
#include <utility>

#include "onbehalf/pipe/pool.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::pipe {

PendingIo::PendingIo(std::shared_ptr<PipeIo> io, const char* name, Call call, Deadline deadline,
                     NativeHandle stop)
    : io_(std::move(io)),
      name_(name),
      call_(std::move(call)),
      is_connect_(std::string_view(name) == "ConnectNamedPipe") {
  if (deadline != kNoDeadline || stop != nullptr) {
    expiry_.emplace(deadline, stop, io_->environment(), [this](Status status) { OnExpire(status); });
  }
}

std::optional<IoResult> PendingIo::Start(std::function<void(IoResult)> on_end) {
  // It may complete while this thread is still here; OnComplete then waits for the lock.
  const std::lock_guard lock(lock_);
  on_end_ = std::move(on_end);
  self_ = shared_from_this();
  is_pending_ = true;
  DWORD code = ERROR_SUCCESS;
  try {
    code = io_->Start(*this, call_);
  } catch (...) {
    is_pending_ = false;
    self_.reset();
    throw;
  }
  if (code == ERROR_SUCCESS) {
    if (expiry_) expiry_->Arm();
    return std::nullopt;
  }
  is_pending_ = false;
  self_.reset();
  return ToResult(is_connect_ ? ConnectCode(code) : code, 0);
}

void PendingIo::OnComplete(std::uint32_t code, std::size_t bytes) {
  std::shared_ptr<PendingIo> self;
  IoResult result = ToResult(code, bytes);
  {
    const std::lock_guard lock(lock_);
    is_pending_ = false;
    self = std::move(self_);
    // As the synchronous form tells it. Without a reason it was Cancel or Close.
    if (code == ERROR_OPERATION_ABORTED && reason_) {
      result.status = *reason_;
      result.code =
          reason_ == Status::kTimeout ? std::uint32_t{WAIT_TIMEOUT} : std::uint32_t{ERROR_CANCELLED};
    }
  }
  if (expiry_) expiry_->Disarm();
  // Before the callback, which may close the end and go on: the handle must not stay open for as long as it runs.
  io_.reset();
  const std::function<void(IoResult)> on_end = std::move(on_end_);
  on_end(result);
}

void PendingIo::OnExpire(Status status) {
  const std::lock_guard lock(lock_);
  if (!is_pending_ || reason_) return;
  reason_ = status;
  io_->Cancel(*this);
}

void StartWithCallback(const std::shared_ptr<AsyncCall>& call, PoolEnvironment environment,
                       std::function<void(IoResult)> on_end) {
  const std::optional<IoResult> ended = call->Start(on_end);
  if (ended) RunOnPool(environment, [on_end = std::move(on_end), result = *ended] { on_end(result); });
}

}  // namespace onbehalf::pipe
