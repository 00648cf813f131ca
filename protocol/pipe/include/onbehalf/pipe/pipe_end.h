// SPDX-License-Identifier: MIT
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "onbehalf/pipe/status.h"
#include "onbehalf/pipe/stop_event.h"
#include "onbehalf/win32/deadline.h"

namespace onbehalf::pipe {

using win32::Clock;
using win32::kNoDeadline;
using Deadline = Clock::time_point;

enum class Direction {
  kInbound,
  kOutbound,
  kDuplex
};  // as the server sees it: inbound is read by the server
// A message-type pipe keeps the limits of each write; a byte-type pipe is a stream of bytes.
enum class Kind { kByte, kMessage };

// A thread pool of the application: a PTP_CALLBACK_ENVIRON. nullptr is the process's own pool.
using PoolEnvironment = void*;

// An asynchronous operation without an allocation: derive, start it with PipeEnd::Start..., and keep it, its buffer and
// the PipeEnd alive until OnComplete has been called.
class Operation {
 public:
  Operation() = default;
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  // On a thread of the pool, which carries no token: it must not when this returns, or the process ends. `code` is
  // ERROR_SUCCESS, ERROR_MORE_DATA (234, a read: the message continues) or Windows' code for the failure.
  virtual void OnComplete(std::uint32_t code, std::size_t bytes) = 0;

 protected:
  ~Operation() = default;

 private:
  friend class PipeIo;
  // An OVERLAPPED and a pointer to this object (pipe_io.h).
  static constexpr std::size_t kSlotBytes = 3 * sizeof(void*) + 2 * sizeof(std::uint32_t) + sizeof(void*);
  alignas(void*) std::byte slot_[kSlotBytes];
};

class AsyncCall;
class PipeIo;
struct PipeEndAccess;

// What `co_await end.ReadAsync(...)` awaits. The coroutine resumes on a thread of the pool. Its result is as of the
// synchronous call; the unexpected is thrown where it is awaited.
class [[nodiscard]] IoAwaitable {
 public:
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> coroutine);
  IoResult await_resume() const;

 private:
  friend class PipeEnd;
  friend class ServerEnd;
  explicit IoAwaitable(std::shared_ptr<AsyncCall> call) : call_(std::move(call)) {}
  std::shared_ptr<AsyncCall> call_;
  IoResult result_;
};

// One end of a named pipe: owns the handle, which is overlapped and not inherited; closing it ends the connection. At
// most one read and one write at a time, of whatever form; a read and a write may run at the same time. Movable while
// nothing is pending. Destroying it cancels asynchronous calls (their callbacks get kStopped); buffers stay in use
// until the callback.
//
// Every read and write has three forms with the same results:
//   synchronous   Read(buffer, deadline, stop): waits; throws win32::Win32Error for the unexpected
//   callback      ReadAsync(buffer, callback, deadline, stop): returns at once, calls once on a thread of the pool
//   coroutine     co_await ReadAsync(buffer, deadline, stop)
// `stop` is a StopEvent or nothing. After kTimeout and kStopped a part of a long message may have
// been transferred, so a connection whose messages matter should be closed.
class PipeEnd {
 public:
  using Callback = std::function<void(IoResult)>;

  PipeEnd(PipeEnd&&) noexcept;
  PipeEnd& operator=(PipeEnd&&) noexcept;
  ~PipeEnd();

  NativeHandle native() const noexcept;
  // False after Close and for a moved-from object.
  bool is_open() const noexcept;

  // Reads what is there, at most buffer.size() bytes, and waits if there is nothing. On a message pipe: the next
  // message or its next part (kMoreData); a message of zero bytes is kOk with 0 bytes, never the end, which is kClosed
  // (reads in byte mode may skip such messages).
  IoResult Read(std::span<char> buffer, Deadline deadline = kNoDeadline, StopSignal stop = nullptr);
  // Reads a whole message, however long, into `message`. kTooLarge if it is longer than `max_bytes`: `message` then has
  // its first `max_bytes`, and the next read continues in it (a limit of 0 takes one byte of such a message all the
  // same). Only for ends that read messages. `deadline` is for the whole message.
  IoResult ReadMessage(std::string& message, std::size_t max_bytes, Deadline deadline = kNoDeadline,
                       StopSignal stop = nullptr);
  // Writes all of `bytes` in one write: one message on a message pipe, also of zero bytes. Waits while the reader has
  // not made room. At most 4 GiB - 1.
  IoResult Write(std::string_view bytes, Deadline deadline = kNoDeadline, StopSignal stop = nullptr);

  void ReadAsync(std::span<char> buffer, Callback on_end, Deadline deadline = kNoDeadline,
                 StopSignal stop = nullptr);
  void ReadMessageAsync(std::string& message, std::size_t max_bytes, Callback on_end,
                        Deadline deadline = kNoDeadline, StopSignal stop = nullptr);
  void WriteAsync(std::string_view bytes, Callback on_end, Deadline deadline = kNoDeadline,
                  StopSignal stop = nullptr);
  IoAwaitable ReadAsync(std::span<char> buffer, Deadline deadline = kNoDeadline, StopSignal stop = nullptr);
  IoAwaitable ReadMessageAsync(std::string& message, std::size_t max_bytes, Deadline deadline = kNoDeadline,
                               StopSignal stop = nullptr);
  IoAwaitable WriteAsync(std::string_view bytes, Deadline deadline = kNoDeadline, StopSignal stop = nullptr);

  // Start an operation. After 0 (ERROR_SUCCESS) OnComplete will be called, on any thread, possibly before this returns.
  // Any other code is a failure without OnComplete.
  std::uint32_t StartRead(Operation& operation, std::span<char> buffer);
  std::uint32_t StartWrite(Operation& operation, std::string_view bytes);

  // Cancels pending operations of this end: they end with kStopped (ERROR_OPERATION_ABORTED). Any thread.
  void Cancel() noexcept;
  // Waits until the peer has read everything that was written (FlushFileBuffers, which has no deadline: a peer that
  // does not read holds it for as long as it lives). For a server that disconnects afterwards, because disconnecting
  // drops what is unread.
  Status WaitUntilRead();
  // Closes the handle. Pending asynchronous operations end with kStopped; what their callbacks use must live until then.
  // Not while another thread is in a synchronous call: end that with Cancel or its stop event.
  void Close() noexcept;

  // The pool of its asynchronous operations.
  PoolEnvironment environment() const noexcept;

 protected:
  friend struct PipeEndAccess;
  // Takes a handle that was opened with FILE_FLAG_OVERLAPPED, and closes it also if this throws.
  PipeEnd(NativeHandle handle, PoolEnvironment environment);
  std::shared_ptr<PipeIo> io_;
};

// A coroutine that nobody awaits, for `FireAndForget Serve(ServerEnd client) { ... co_await ...; }`. It runs until its
// first wait on the caller's thread. An exception that leaves it ends the process (std::terminate), as with C++/WinRT's
// type of this name.
struct FireAndForget {
  struct promise_type {
    FireAndForget get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
  };
};

}  // namespace onbehalf::pipe
