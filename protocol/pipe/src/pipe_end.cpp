#include "onbehalf/pipe/pipe_end.h"

#include <algorithm>
#include <limits>
#include <new>
#include <optional>
#include <utility>

#include "onbehalf/win32/win32_error.h"
#include "pending_io.h"
#include "pipe_io.h"

namespace onbehalf::pipe {
namespace {

// The first read of a message; a longer one is then asked for its length.
constexpr std::size_t kFirstRead = 16 * 1024;
// The most that one read asks for, so that a peer's long message takes memory only as it arrives.
constexpr std::size_t kMaxRead = 16 * 1024 * 1024;

DWORD ReadSize(std::span<char> buffer) {
  return static_cast<DWORD>(
      (std::min)(buffer.size(), static_cast<std::size_t>((std::numeric_limits<LONG>::max)())));
}

DWORD WriteSize(std::string_view bytes) {
  if (bytes.size() > (std::numeric_limits<DWORD>::max)())
    throw win32::Win32Error(ERROR_INVALID_PARAMETER, "WriteFile");
  return static_cast<DWORD>(bytes.size());
}

// What is left of the message that a read has begun.
std::size_t LeftOfMessage(HANDLE pipe) {
  DWORD left = 0;
  if (!::PeekNamedPipe(pipe, nullptr, 0, nullptr, nullptr, &left)) return 0;
  return left;
}

// Reads a message part by part into a string.
class MessageParts {
 public:
  MessageParts(HANDLE pipe, std::string& message, std::size_t max_bytes)
      : pipe_(pipe), message_(message), max_bytes_(max_bytes) {
    message_.clear();
    // A buffer of no bytes would be told "more data" by an empty message too.
    size_ = (std::max<std::size_t>)(1, (std::min)(max_bytes, kFirstRead));
  }

  // Where the next part goes.
  std::span<char> Next() {
    have_ = message_.size();
    message_.resize(have_ + size_);
    return {message_.data() + have_, size_};
  }
  // The result of the whole read, or nullopt if there is another part.
  std::optional<IoResult> Take(IoResult part) {
    message_.resize(have_ + part.bytes);
    if (part.status != Status::kMoreData && message_.size() <= max_bytes_) {
      part.bytes = message_.size();
      return part;
    }
    if (message_.size() >= max_bytes_) {
      message_.resize(max_bytes_);
      return IoResult{Status::kTooLarge, part.code, max_bytes_};
    }
    const std::size_t left = (std::max<std::size_t>)(LeftOfMessage(pipe_), 1);
    size_ = (std::min)({left, max_bytes_ - message_.size(), kMaxRead});
    return std::nullopt;
  }

 private:
  const HANDLE pipe_;
  std::string& message_;
  const std::size_t max_bytes_;
  std::size_t size_ = 0;  // of the next part
  std::size_t have_ = 0;
};

}  // namespace

PipeEnd::PipeEnd(NativeHandle handle, PoolEnvironment environment) {
  win32::UniqueFile owned(handle);
  io_ = std::make_shared<PipeIo>(handle, environment);
  static_cast<void>(owned.release());
}

PipeEnd::PipeEnd(PipeEnd&&) noexcept = default;

PipeEnd& PipeEnd::operator=(PipeEnd&& other) noexcept {
  if (this != &other) {
    Close();
    io_ = std::move(other.io_);
  }
  return *this;
}

PipeEnd::~PipeEnd() { Close(); }

NativeHandle PipeEnd::native() const noexcept { return io_ ? io_->handle() : INVALID_HANDLE_VALUE; }

bool PipeEnd::is_open() const noexcept { return io_ != nullptr; }

PoolEnvironment PipeEnd::environment() const noexcept { return io_ ? io_->environment() : nullptr; }

void PipeEnd::Close() noexcept {
  if (!io_) return;
  // Pending callbacks share it: they end soon, and the last one closes the handle.
  if (io_.use_count() > 1) io_->CancelAll();
  io_.reset();
}

void PipeEnd::Cancel() noexcept {
  if (io_) io_->CancelAll();
}

IoResult PipeEnd::Read(std::span<char> buffer, Deadline deadline, StopSignal stop) {
  win32::OverlappedOperation& operation = io_->reading();
  const BOOL succeeded = ::ReadFile(native(), buffer.data(), ReadSize(buffer), nullptr, operation.Prepare());
  const DWORD error = succeeded ? ERROR_SUCCESS : ::GetLastError();
  const auto outcome = operation.Wait(succeeded != FALSE, error, deadline, stop);
  return ToResult(outcome.code, outcome.bytes, "ReadFile");
}

IoResult PipeEnd::ReadMessage(std::string& message, std::size_t max_bytes, Deadline deadline,
                              StopSignal stop) {
  MessageParts parts(native(), message, max_bytes);
  for (;;) {
    if (const auto whole = parts.Take(Read(parts.Next(), deadline, stop))) return *whole;
  }
}

IoResult PipeEnd::Write(std::string_view bytes, Deadline deadline, StopSignal stop) {
  const DWORD size = WriteSize(bytes);
  win32::OverlappedOperation& operation = io_->writing();
  const BOOL succeeded = ::WriteFile(native(), bytes.data(), size, nullptr, operation.Prepare());
  const DWORD error = succeeded ? ERROR_SUCCESS : ::GetLastError();
  const auto outcome = operation.Wait(succeeded != FALSE, error, deadline, stop);
  if (outcome.code == ERROR_SUCCESS && outcome.bytes != size)
    throw win32::Win32Error(ERROR_WRITE_FAULT, "WriteFile");
  return ToResult(outcome.code, outcome.bytes, "WriteFile");
}

namespace {

std::shared_ptr<PendingIo> PendingRead(const std::shared_ptr<PipeIo>& io, std::span<char> buffer,
                                       Deadline deadline, NativeHandle stop) {
  return std::make_shared<PendingIo>(
      io, "ReadFile",
      [handle = io->handle(), buffer](OVERLAPPED* overlapped) {
        return ::ReadFile(handle, buffer.data(), ReadSize(buffer), nullptr, overlapped);
      },
      deadline, stop);
}

std::shared_ptr<PendingIo> PendingWrite(const std::shared_ptr<PipeIo>& io, std::string_view bytes,
                                        Deadline deadline, NativeHandle stop) {
  return std::make_shared<PendingIo>(
      io, "WriteFile",
      [handle = io->handle(), bytes, size = WriteSize(bytes)](OVERLAPPED* overlapped) {
        return ::WriteFile(handle, bytes.data(), size, nullptr, overlapped);
      },
      deadline, stop);
}

// The asynchronous ReadMessage.
class PendingMessage final : public AsyncCall, public std::enable_shared_from_this<PendingMessage> {
 public:
  PendingMessage(std::shared_ptr<PipeIo> io, std::string& message, std::size_t max_bytes, Deadline deadline,
                 NativeHandle stop)
      : io_(std::move(io)), parts_(io_->handle(), message, max_bytes), deadline_(deadline), stop_(stop) {}

  std::optional<IoResult> Start(std::function<void(IoResult)> on_end) override {
    on_end_ = std::move(on_end);
    return ReadPart();
  }
  const char* name() const noexcept override { return "ReadFile"; }

 private:
  std::optional<IoResult> ReadPart() {
    const auto ended =
        PendingRead(io_, parts_.Next(), deadline_, stop_)->Start([self = shared_from_this()](IoResult part) {
          self->OnPart(part);
        });
    // A read that ends without a completion has failed or the pipe is closed: there is no other part.
    return ended ? parts_.Take(*ended) : std::nullopt;
  }
  void OnPart(IoResult part) {
    std::optional<IoResult> whole = parts_.Take(part);
    try {
      if (!whole) whole = ReadPart();
    } catch (const win32::Win32Error& error) {
      whole = ToResult(error.win32_code(), 0);
    } catch (const std::bad_alloc&) {
      whole = ToResult(ERROR_NOT_ENOUGH_MEMORY, 0);
    }
    if (!whole) return;
    // As in PendingIo: the callback may close the end.
    io_.reset();
    on_end_(*whole);
  }

  std::shared_ptr<PipeIo> io_;  // until it has ended
  MessageParts parts_;
  const Deadline deadline_;
  const NativeHandle stop_;
  std::function<void(IoResult)> on_end_;
};

}  // namespace

void PipeEnd::ReadAsync(std::span<char> buffer, Callback on_end, Deadline deadline, StopSignal stop) {
  StartWithCallback(PendingRead(io_, buffer, deadline, stop), environment(), std::move(on_end));
}

void PipeEnd::ReadMessageAsync(std::string& message, std::size_t max_bytes, Callback on_end,
                               Deadline deadline, StopSignal stop) {
  StartWithCallback(std::make_shared<PendingMessage>(io_, message, max_bytes, deadline, stop), environment(),
                    std::move(on_end));
}

IoAwaitable PipeEnd::ReadMessageAsync(std::string& message, std::size_t max_bytes, Deadline deadline,
                                      StopSignal stop) {
  return IoAwaitable(std::make_shared<PendingMessage>(io_, message, max_bytes, deadline, stop));
}

void PipeEnd::WriteAsync(std::string_view bytes, Callback on_end, Deadline deadline, StopSignal stop) {
  StartWithCallback(PendingWrite(io_, bytes, deadline, stop), environment(), std::move(on_end));
}

IoAwaitable PipeEnd::ReadAsync(std::span<char> buffer, Deadline deadline, StopSignal stop) {
  return IoAwaitable(PendingRead(io_, buffer, deadline, stop));
}

IoAwaitable PipeEnd::WriteAsync(std::string_view bytes, Deadline deadline, StopSignal stop) {
  return IoAwaitable(PendingWrite(io_, bytes, deadline, stop));
}

std::uint32_t PipeEnd::StartRead(Operation& operation, std::span<char> buffer) {
  return io_->Start(operation, [&](OVERLAPPED* overlapped) {
    return ::ReadFile(native(), buffer.data(), ReadSize(buffer), nullptr, overlapped);
  });
}

std::uint32_t PipeEnd::StartWrite(Operation& operation, std::string_view bytes) {
  const DWORD size = WriteSize(bytes);
  return io_->Start(operation, [&](OVERLAPPED* overlapped) {
    return ::WriteFile(native(), bytes.data(), size, nullptr, overlapped);
  });
}

Status PipeEnd::WaitUntilRead() {
  if (::FlushFileBuffers(native())) return Status::kOk;
  return ToResult(::GetLastError(), 0, "FlushFileBuffers").status;
}

bool IoAwaitable::await_suspend(std::coroutine_handle<> coroutine) {
  // Once it is pending, the coroutine may be resumed and this object be gone.
  const std::shared_ptr<AsyncCall> call = call_;
  const auto ended = call->Start([this, coroutine](IoResult result) {
    result_ = result;
    coroutine.resume();
  });
  if (!ended) return true;
  result_ = *ended;
  return false;
}

IoResult IoAwaitable::await_resume() const {
  if (result_.status == Status::kFailed) throw win32::Win32Error(result_.code, call_->name());
  return result_;
}

}  // namespace onbehalf::pipe
