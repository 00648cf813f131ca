#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "expiry.h"
#include "onbehalf/pipe/pipe_end.h"
#include "onbehalf/win32/lock.h"
#include "pipe_io.h"

namespace onbehalf::pipe {

// What the callback and the coroutine forms start.
class AsyncCall {
 public:
  virtual ~AsyncCall() = default;
  // nullopt: on_end will be called once, on a thread of the pool, possibly before this returns. Otherwise the result;
  // on_end is not called.
  virtual std::optional<IoResult> Start(std::function<void(IoResult)> on_end) = 0;
  virtual const char* name() const noexcept = 0;  // of the Windows function
};

// One asynchronous read, write or wait for a client with a deadline and a stop event. Keeps itself and the handle until
// it has ended.
class PendingIo final : public AsyncCall, public Operation, public std::enable_shared_from_this<PendingIo> {
 public:
  // `call(OVERLAPPED*)` starts it, `name` is the Windows function.
  using Call = std::function<BOOL(OVERLAPPED*)>;
  PendingIo(std::shared_ptr<PipeIo> io, const char* name, Call call, Deadline deadline, NativeHandle stop);

  std::optional<IoResult> Start(std::function<void(IoResult)> on_end) override;
  const char* name() const noexcept override { return name_; }

 private:
  void OnComplete(std::uint32_t code, std::size_t bytes) override;
  void OnExpire(Status status);

  std::shared_ptr<PipeIo> io_;  // until it has ended
  const char* const name_;
  const Call call_;
  const bool is_connect_;
  std::optional<Expiry> expiry_;
  win32::Lock lock_;
  bool is_pending_ = false;
  std::optional<Status> reason_;  // of a cancellation by deadline or stop event
  std::function<void(IoResult)> on_end_;
  std::shared_ptr<PendingIo> self_;  // while pending
};

// The callback form: starts it, and calls on_end on a thread of the pool also for what ends at once. Throws Win32Error
// if that cannot be done; on_end is not called then.
void StartWithCallback(const std::shared_ptr<AsyncCall>& call, PoolEnvironment environment,
                       std::function<void(IoResult)> on_end);

}  // namespace onbehalf::pipe
