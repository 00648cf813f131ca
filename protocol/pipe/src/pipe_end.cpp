#include "onbehalf/pipe/pipe_end.h"

#include <algorithm>
#include <limits>
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

IoResult PipeEnd::Read(std::span<char> buffer, Deadline deadline, NativeHandle stop) {
  win32::OverlappedOperation& operation = io_->reading();
  const BOOL succeeded = ::ReadFile(native(), buffer.data(), ReadSize(buffer), nullptr, operation.Prepare());
  const DWORD error = succeeded ? ERROR_SUCCESS : ::GetLastError();
  const auto outcome = operation.Wait(succeeded != FALSE, error, deadline, stop);
  return ToResult(outcome.code, outcome.bytes, "ReadFile");
}

IoResult PipeEnd::ReadMessage(std::string& message, std::size_t max_bytes, Deadline deadline,
                              NativeHandle stop) {
  message.clear();
  // A buffer of no bytes would be told "more data" by an empty message too.
  std::size_t size = (std::max<std::size_t>)(1, (std::min)(max_bytes, kFirstRead));
  for (;;) {
    const std::size_t have = message.size();
    message.resize(have + size);
    IoResult result = Read({message.data() + have, size}, deadline, stop);
    message.resize(have + result.bytes);
    if (result.status != Status::kMoreData && message.size() <= max_bytes) {
      result.bytes = message.size();
      return result;
    }
    if (message.size() >= max_bytes) {
      message.resize(max_bytes);
      return {Status::kTooLarge, result.code, max_bytes};
    }
    const std::size_t left = (std::max<std::size_t>)(LeftOfMessage(native()), 1);
    size = (std::min)({left, max_bytes - message.size(), kMaxRead});
  }
}

IoResult PipeEnd::Write(std::string_view bytes, Deadline deadline, NativeHandle stop) {
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

}  // namespace

void PipeEnd::ReadAsync(std::span<char> buffer, Callback on_end, Deadline deadline, NativeHandle stop) {
  StartWithCallback(PendingRead(io_, buffer, deadline, stop), environment(), std::move(on_end));
}

void PipeEnd::WriteAsync(std::string_view bytes, Callback on_end, Deadline deadline, NativeHandle stop) {
  StartWithCallback(PendingWrite(io_, bytes, deadline, stop), environment(), std::move(on_end));
}

IoAwaitable PipeEnd::ReadAsync(std::span<char> buffer, Deadline deadline, NativeHandle stop) {
  return IoAwaitable(PendingRead(io_, buffer, deadline, stop));
}

IoAwaitable PipeEnd::WriteAsync(std::string_view bytes, Deadline deadline, NativeHandle stop) {
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
  const std::shared_ptr<PendingIo> pending = pending_;
  const auto ended = pending->Start([this, coroutine](IoResult result) {
    result_ = result;
    coroutine.resume();
  });
  if (!ended) return true;
  result_ = *ended;
  return false;
}

IoResult IoAwaitable::await_resume() const {
  if (result_.status == Status::kFailed) throw win32::Win32Error(result_.code, pending_->name());
  return result_;
}

}  // namespace onbehalf::pipe
