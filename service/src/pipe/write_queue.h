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

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/unique_handle.h"
#include "threads/thread_pool.h"

namespace onbehalf::service {

// The messages that wait to be written to one pipe, in order, one write each. The pipe takes nearly every message at
// once (it has room), so the usual message is written on the thread that brings it, without a callback; only when
// the peer does not read does a write pend, and the rest queue behind it. Any thread.
class WriteQueue {
 public:
  // `on_end(code)` is called (by a thread of the pool or by Add's caller, never under the queue's lock) each time a
  // pending write has ended; code is ERROR_SUCCESS or why the pipe takes no more.
  WriteQueue(HANDLE pipe, ThreadPool& pool, std::function<void(DWORD code)> on_end);
  ~WriteQueue();
  WriteQueue(const WriteQueue&) = delete;
  WriteQueue& operator=(const WriteQueue&) = delete;

  enum class Added {
    kWritten,  // the pipe has taken it
    kPending,  // a write is under way: `keep_alive` is held until on_end has been called for the last of them
    kFailed,   // the pipe takes no more (GetLastError's code in last_error()); the message is dropped
  };
  // Never waits. `keep_alive` is whatever owns this queue.
  Added Add(std::string message, std::shared_ptr<void> keep_alive);

  // Bytes that were added and not yet taken by the pipe. Takes no lock.
  std::size_t bytes() const { return bytes_; }
  // Since when the write under way has been waiting; nullopt if there is none.
  std::optional<std::chrono::steady_clock::time_point> waiting_since() const;
  DWORD last_error() const;

 private:
  static void CALLBACK OnEvent(PTP_CALLBACK_INSTANCE, void* context, PTP_WAIT, TP_WAIT_RESULT);
  // Writes from the front until one write pends, fails or nothing is left.
  void WriteFromFront();

  const HANDLE pipe_;
  ThreadPool& pool_;
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

}  // namespace onbehalf::service
