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

// The pipe's quota for each direction: what one write may put there before it has to wait for the reader.
inline constexpr DWORD kPipeBuffer = 64 * 1024;

// What every instance of the pipe is created with.
struct PipeOptions {
  std::string path;  // \\.\pipe\onbehalf
  win32::SecurityDescriptor descriptor;
  bool accept_remote = false;  // false: PIPE_REJECT_REMOTE_CLIENTS
};

// The server's end of one instance of the pipe: message-type, read in message mode, overlapped. Reads and the
// connect complete on the pool (CreateThreadpoolIo); writes that the pipe takes at once, as nearly all do, complete
// without a callback. Owns the handle. Destroyed only when no operation is pending: every pending operation keeps
// its owner alive.
class PipeInstance {
 public:
  // A connect or read under way. The owner of the Operation keeps it alive until OnComplete is called.
  class Operation : public OVERLAPPED {
   public:
    Operation() : OVERLAPPED{} {}
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;
    // On a thread of the pool. `code` is ERROR_SUCCESS, ERROR_MORE_DATA (a read: the message goes on) or why it failed.
    virtual void OnComplete(DWORD code, DWORD bytes) = 0;

   protected:
    ~Operation() = default;
  };

  // Listens at once. The pipe exists already (see PipeAnchor) and keeps its descriptor. Throws Win32Error.
  PipeInstance(const PipeOptions& options, ThreadPool& pool);
  ~PipeInstance();
  PipeInstance(const PipeInstance&) = delete;
  PipeInstance& operator=(const PipeInstance&) = delete;

  HANDLE get() const { return pipe_.get(); }

  // Each starts its operation; ERROR_SUCCESS: OnComplete will be called, on whatever thread, even before the return. Any
  // other code: it has failed and OnComplete will not be called, except ERROR_PIPE_CONNECTED from Connect: a client is
  // there already.
  DWORD Connect(Operation& operation);
  DWORD Read(Operation& operation, std::span<char> buffer);

  // Ends what is pending: it completes with ERROR_OPERATION_ABORTED. Any thread.
  void Cancel();
  // Throws the client of a failed connect out, so that Connect can be called again.
  void Disconnect();

 private:
  static void CALLBACK OnIo(PTP_CALLBACK_INSTANCE, void* context, void* overlapped, ULONG code,
                            ULONG_PTR bytes, PTP_IO);

  win32::UniqueFile pipe_;
  PTP_IO io_ = nullptr;
};

}  // namespace onbehalf::service
