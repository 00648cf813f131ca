#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/lock.h"

namespace onbehalf::service {

// A private Win32 thread pool with a bounded number of threads. Destroying it does not wait: whoever submits knows
// when its work is done. Every callback starts and ends on a thread without a token, or else the process ends.
class ThreadPool {
 public:
  // Throws Win32Error.
  ThreadPool(DWORD minimum_threads, DWORD maximum_threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // For CreateThreadpoolIo, …Timer and …Wait.
  PTP_CALLBACK_ENVIRON environment() { return &environment_; }

  // Runs `work` once on a thread of the pool. Throws Win32Error when Windows cannot take it; then it does not run.
  void Submit(std::function<void()> work);

 private:
  PTP_POOL pool_;
  TP_CALLBACK_ENVIRON environment_;
};

// Calls a function on a thread of a pool, once for each time it was asked for; asked for again before that call has begun,
// it is one. Calls may overlap. Asking neither fails nor waits nor takes memory. Any thread, also one that
// impersonates.
class PoolWork {
 public:
  // Throws Win32Error.
  PoolWork(std::function<void()> work, ThreadPool& pool);
  ~PoolWork();
  PoolWork(const PoolWork&) = delete;
  PoolWork& operator=(const PoolWork&) = delete;

  // `owner` is what this belongs to: kept until the call has returned, where it may be let go as the last.
  void Submit(std::shared_ptr<void> owner);

 private:
  const std::function<void()> work_;
  PTP_WORK handle_;
  win32::Lock lock_;
  std::shared_ptr<void> owner_;  // from Submit to the beginning of the call
};

// Calls a function when its time has come, on a thread that has no token before and after. Any thread.
class PoolTimer {
 public:
  using Duration = std::chrono::milliseconds;

  // `environment`: a ThreadPool's, or nullptr for the process's own pool. Throws Win32Error.
  explicit PoolTimer(std::function<void()> on_time, PTP_CALLBACK_ENVIRON environment = nullptr);
  // Closes.
  ~PoolTimer();
  PoolTimer(const PoolTimer&) = delete;
  PoolTimer& operator=(const PoolTimer&) = delete;

  // After `due`, and then every `period` if that is not zero, up to `window` later where that saves waking up. Replaces
  // what was set before.
  void Start(Duration due, Duration period = Duration(0), Duration window = Duration(0));
  // A call that is under way goes on.
  void Stop();
  // Waits for a call that is under way; none comes after, and Start does nothing any more. Not in such a call.
  void Close();

 private:
  const std::function<void()> on_time_;
  PTP_TIMER timer_;
  win32::Lock lock_;
  bool closed_ = false;
};

// Calls a function when an object is signaled, on a thread of the process's pool that has no token before and after.
class PoolWait {
 public:
  // Throws Win32Error.
  explicit PoolWait(std::function<void()> on_signal);
  // Waits for a call that is under way; none comes after. Not in such a call. A call that starts it again must not do so any
  // more when this begins.
  ~PoolWait();
  PoolWait(const PoolWait&) = delete;
  PoolWait& operator=(const PoolWait&) = delete;

  // One call, when `object` is signaled, which it stays open for. Replaces what was waited for before. Also in the call.
  void Start(HANDLE object);

 private:
  const std::function<void()> on_signal_;
  PTP_WAIT wait_;
};

}  // namespace onbehalf::service
