// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "onbehalf/pipe/pipe_end.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::pipe {

// The messages queued for one pipe, in order, one write each. The pipe nearly always has room, so a message is usually written
// on the thread that adds it, without a callback; only when the peer does not read does a write pend, and later messages queue
// behind it. Any thread.
class WriteQueue {
 public:
  // `on_end(code)` is called (by a pool thread or by Add's caller, never under the queue's lock) each time a pending write has
  // ended; code is ERROR_SUCCESS or why the pipe accepts no more messages.
  // `pipe` must outlive the queue.
  WriteQueue(const PipeEnd& pipe, std::function<void(DWORD code)> on_end);
  ~WriteQueue();
  WriteQueue(const WriteQueue&) = delete;
  WriteQueue& operator=(const WriteQueue&) = delete;

  enum class Added {
    kWritten,  // the pipe has accepted it
    kPending,  // a write is pending: `keep_alive` is held until on_end has been called for the last one
    kFailed,   // the pipe accepts no more (code in last_error()); the message is dropped
  };
  // Never waits. `keep_alive` is the owner of this queue.
  Added Add(std::string message, std::shared_ptr<void> keep_alive);

  // Bytes added but not yet accepted by the pipe. Takes no lock.
  std::size_t bytes() const { return bytes_; }
  // When the pending write began to wait; nullopt if there is none.
  std::optional<std::chrono::steady_clock::time_point> waiting_since() const;
  DWORD last_error() const;

 private:
  static void CALLBACK OnEvent(PTP_CALLBACK_INSTANCE, void* context, PTP_WAIT, TP_WAIT_RESULT);
  // Writes from the front until a write pends or fails, or nothing is left.
  void WriteFromFront();

  const HANDLE pipe_;
  const PoolEnvironment environment_;
  const std::function<void(DWORD)> on_end_;

  mutable win32::Lock mutex_;
  std::deque<std::string> messages_;   // the first is being written while pending_
  std::atomic<std::size_t> bytes_{0};  // changed under mutex_
  bool pending_ = false;
  DWORD error_ = ERROR_SUCCESS;
  std::chrono::steady_clock::time_point since_{};
  std::shared_ptr<void> keep_alive_;  // held while pending_
  OVERLAPPED overlapped_{};
  win32::UniqueObject event_;
  PTP_WAIT wait_ = nullptr;
};

}  // namespace onbehalf::pipe
