#include "onbehalf/pipe/pipe_end.h"

#include <algorithm>
#include <limits>
#include <new>
#include <optional>
#include <utility>

#include "message_parts.h"
#include "onbehalf/win32/win32_error.h"
#include "pending_io.h"
#include "pipe_io.h"

namespace onbehalf::pipe {
namespace {

DWORD ReadSize(std::span<char> buffer) {
  return static_cast<DWORD>(
      (std::min)(buffer.size(), static_cast<std::size_t>((std::numeric_limits<LONG>::max)())));
}

DWORD WriteSize(std::string_view bytes) {
  if (bytes.size() > (std::numeric_limits<DWORD>::max)())
    throw win32::Win32Error(ERROR_INVALID_PARAMETER, "WriteFile");
  return static_cast<DWORD>(bytes.size());
}

// What starts a read or write, in every form.
auto ReadCall(HANDLE pipe, std::span<char> buffer) {
  return [pipe, buffer](OVERLAPPED* overlapped) {
    return ::ReadFile(pipe, buffer.data(), ReadSize(buffer), nullptr, overlapped);
  };
}

auto WriteCall(HANDLE pipe, std::string_view bytes) {
  return [pipe, bytes, size = WriteSize(bytes)](OVERLAPPED* overlapped) {
    return ::WriteFile(pipe, bytes.data(), size, nullptr, overlapped);
  };
}

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
  const auto outcome = io_->reading().Run(ReadCall(native(), buffer), deadline, stop);
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
  const auto outcome = io_->writing().Run(WriteCall(native(), bytes), deadline, stop);
  if (outcome.code == ERROR_SUCCESS && outcome.bytes != bytes.size())
    throw win32::Win32Error(ERROR_WRITE_FAULT, "WriteFile");
  return ToResult(outcome.code, outcome.bytes, "WriteFile");
}

namespace {

std::shared_ptr<PendingIo> PendingRead(const std::shared_ptr<PipeIo>& io, std::span<char> buffer,
                                       Deadline deadline, NativeHandle stop) {
  return std::make_shared<PendingIo>(io, "ReadFile", ReadCall(io->handle(), buffer), deadline, stop);
}

std::shared_ptr<PendingIo> PendingWrite(const std::shared_ptr<PipeIo>& io, std::string_view bytes,
                                        Deadline deadline, NativeHandle stop) {
  return std::make_shared<PendingIo>(io, "WriteFile", WriteCall(io->handle(), bytes), deadline, stop);
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
  return io_->Start(operation, ReadCall(native(), buffer));
}

std::uint32_t PipeEnd::StartWrite(Operation& operation, std::string_view bytes) {
  return io_->Start(operation, WriteCall(native(), bytes));
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
