#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/unique_handle.h"
#include "threads/thread_pool.h"

namespace onbehalf::service {

// The pipe's quota for each direction: the bytes that can be written before a write waits for the reader.
inline constexpr DWORD kPipeBuffer = 64 * 1024;

// The options that every instance of the pipe is created with.
struct PipeOptions {
  std::string path;  // \\.\pipe\onbehalf
  win32::SecurityDescriptor descriptor;
  bool accept_remote = false;  // false: PIPE_REJECT_REMOTE_CLIENTS
};

// The server's end of one pipe instance: message type, message read mode, overlapped. Reads and the connect complete on the pool
// (CreateThreadpoolIo); writes that the pipe accepts at once, as nearly all do, complete without a callback. Owns the handle.
// Must be destroyed only when no operation is pending: every pending operation keeps its owner alive.
class PipeInstance {
 public:
  // A pending connect or read. The owner of the Operation keeps it alive until OnComplete is called.
  class Operation : public OVERLAPPED {
   public:
    Operation() : OVERLAPPED{} {}
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;
    // On a thread of the pool. `code` is ERROR_SUCCESS, ERROR_MORE_DATA (a read: the message continues) or the failure.
    virtual void OnComplete(DWORD code, DWORD bytes) = 0;

   protected:
    ~Operation() = default;
  };

  // Listens at once. The pipe must exist (see PipeAnchor) and keeps its descriptor. Throws Win32Error.
  PipeInstance(const PipeOptions& options, ThreadPool& pool);
  ~PipeInstance();
  PipeInstance(const PipeInstance&) = delete;
  PipeInstance& operator=(const PipeInstance&) = delete;

  HANDLE get() const { return pipe_.get(); }

  // Start an operation. After ERROR_SUCCESS, OnComplete will be called, on any thread, possibly before this returns. Any other
  // code is a failure without OnComplete, except ERROR_PIPE_CONNECTED from Connect: a client is already connected.
  DWORD Connect(Operation& operation);
  DWORD Read(Operation& operation, std::span<char> buffer);

  // Cancels pending operations: they complete with ERROR_OPERATION_ABORTED. Any thread.
  void Cancel();
  // Disconnects the client of a failed connect, so that Connect can be called again.
  void Disconnect();

 private:
  static void CALLBACK OnIo(PTP_CALLBACK_INSTANCE, void* context, void* overlapped, ULONG code,
                            ULONG_PTR bytes, PTP_IO);

  win32::UniqueFile pipe_;
  PTP_IO io_ = nullptr;
};

}  // namespace onbehalf::service
