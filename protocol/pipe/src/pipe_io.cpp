#include "pipe_io.h"

#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::pipe {

PipeIo::~PipeIo() {
  reading_.reset();
  writing_.reset();
  handle_.reset();
  lease_.reset();
  // If this runs inside a callback of this object, Windows frees it after the callback has returned.
  if (TP_IO* const io = io_.load()) ::CloseThreadpoolIo(io);
}

TP_IO* PipeIo::Bind() {
  if (TP_IO* const io = io_.load(std::memory_order_acquire)) return io;
  const std::lock_guard lock(making_);
  if (TP_IO* const io = io_.load()) return io;
  TP_IO* const made =
      ::CreateThreadpoolIo(handle(), &PipeIo::OnIo, this, static_cast<PTP_CALLBACK_ENVIRON>(environment_));
  if (made == nullptr) win32::ThrowLastError("CreateThreadpoolIo");
  io_.store(made, std::memory_order_release);
  return made;
}

win32::OverlappedOperation& PipeIo::Made(std::unique_ptr<win32::OverlappedOperation>& operation) {
  // At most one thread reads and one writes; each has an object of its own.
  if (!operation) operation = std::make_unique<win32::OverlappedOperation>(handle());
  return *operation;
}

void CALLBACK PipeIo::OnIo(PTP_CALLBACK_INSTANCE, void*, void* overlapped, ULONG code, ULONG_PTR bytes,
                           PTP_IO) {
  AssertNotImpersonating();
  static_cast<Slot*>(overlapped)->operation->OnComplete(code, static_cast<std::size_t>(bytes));
  AssertNotImpersonating();
}

IoResult ToResult(std::uint32_t code, std::size_t bytes) noexcept {
  switch (code) {
    case ERROR_SUCCESS:
      return {Status::kOk, code, bytes};
    case ERROR_MORE_DATA:
      return {Status::kMoreData, code, bytes};
    case WAIT_TIMEOUT:
      return {Status::kTimeout, code, bytes};
    case ERROR_CANCELLED:
    case ERROR_OPERATION_ABORTED:
      return {Status::kStopped, code, bytes};
    default:
      return {IsPipeClosed(code) ? Status::kClosed : Status::kFailed, code, bytes};
  }
}

std::uint32_t ConnectCode(std::uint32_t code) noexcept {
  return code == ERROR_PIPE_CONNECTED || code == ERROR_NO_DATA ? std::uint32_t{ERROR_SUCCESS} : code;
}

IoResult ToResult(std::uint32_t code, std::size_t bytes, const char* operation) {
  const IoResult result = ToResult(code, bytes);
  if (result.status == Status::kFailed) throw win32::Win32Error(code, operation);
  return result;
}

}  // namespace onbehalf::pipe
