#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

#include "onbehalf/pipe/pipe_end.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/overlapped.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::pipe {

// The handle of a PipeEnd and what its operations need, which is made when it is first used: a synchronous end never has
// a thread-pool object, an asynchronous one no events. Shared by the end and its pending callbacks.
class PipeIo {
 public:
  PipeIo(HANDLE handle, PoolEnvironment environment) : environment_(environment), handle_(handle) {}
  ~PipeIo();
  PipeIo(const PipeIo&) = delete;
  PipeIo& operator=(const PipeIo&) = delete;

  HANDLE handle() const noexcept { return handle_.get(); }
  PoolEnvironment environment() const noexcept { return environment_; }

  // For the synchronous read and write: one each, so that calls do not create events.
  win32::OverlappedOperation& reading() { return Made(reading_); }
  win32::OverlappedOperation& writing() { return Made(writing_); }

  // Makes the pool's object for asynchronous operations, if it does not exist yet. Throws Win32Error.
  TP_IO* Bind();
  // Starts an asynchronous operation with `call(OVERLAPPED*)`, which returns what the Windows function did. 0: it will
  // complete; otherwise the code of the failure. Throws Win32Error if the pool's object cannot be made.
  template <typename Call>
  DWORD Start(Operation& operation, const Call& call) {
    TP_IO* const io = Bind();
    Slot& slot = *new (operation.slot_) Slot{OVERLAPPED{}, &operation};
    ::StartThreadpoolIo(io);
    if (call(&slot.overlapped)) return ERROR_SUCCESS;
    const DWORD code = ::GetLastError();
    // ERROR_MORE_DATA is a warning, not an error: a completion is queued as for success.
    if (code == ERROR_IO_PENDING || code == ERROR_MORE_DATA) return ERROR_SUCCESS;
    ::CancelThreadpoolIo(io);
    return code;
  }
  // Cancels this one. Nothing happens if it has completed.
  void Cancel(Operation& operation) noexcept {
    ::CancelIoEx(handle(), &reinterpret_cast<Slot*>(operation.slot_)->overlapped);
  }

  void CancelAll() noexcept { ::CancelIoEx(handle(), nullptr); }

  // Released once the handle is closed.
  void set_lease(std::shared_ptr<void> lease) { lease_ = std::move(lease); }

 private:
  // What Operation::slot_ holds. The address of `overlapped` is what Windows gives back.
  struct Slot {
    OVERLAPPED overlapped;
    Operation* operation;
  };
  static_assert(sizeof(Slot) == sizeof(Operation::slot_));

  win32::OverlappedOperation& Made(std::unique_ptr<win32::OverlappedOperation>& operation);
  static void CALLBACK OnIo(PTP_CALLBACK_INSTANCE, void* context, void* overlapped, ULONG code,
                            ULONG_PTR bytes, PTP_IO);

  const PoolEnvironment environment_;
  std::shared_ptr<void> lease_;
  win32::UniqueFile handle_;
  win32::Lock making_;
  std::atomic<TP_IO*> io_{nullptr};
  // Destroyed before the handle that they use.
  std::unique_ptr<win32::OverlappedOperation> reading_;
  std::unique_ptr<win32::OverlappedOperation> writing_;
};

// For the parts of this library that make ends.
struct PipeEndAccess {
  static PipeIo& Io(PipeEnd& end) { return *end.io_; }
};

// The result for a code of Windows; throws Win32Error for one that neither a peer nor the caller causes.
IoResult ToResult(std::uint32_t code, std::size_t bytes, const char* operation);
// The same with kFailed instead of an exception.
IoResult ToResult(std::uint32_t code, std::size_t bytes) noexcept;
// The code of a ConnectNamedPipe that ended at once: ERROR_SUCCESS if a client is connected already
// (ERROR_PIPE_CONNECTED), or was and has gone (ERROR_NO_DATA): its last messages can still be read.
std::uint32_t ConnectCode(std::uint32_t code) noexcept;

}  // namespace onbehalf::pipe
