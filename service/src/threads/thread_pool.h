#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/lock.h"

namespace onbehalf::service {

// A private Win32 thread pool with a bounded number of threads. The destructor does not wait: the submitter must know when its
// work is done. Every callback starts and ends on a thread without a token, or else the process ends.
class ThreadPool {
 public:
  // Throws Win32Error.
  ThreadPool(DWORD minimum_threads, DWORD maximum_threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // For CreateThreadpoolIo, …Timer and …Wait.
  PTP_CALLBACK_ENVIRON environment() { return &environment_; }

  // Runs `work` once on a thread of the pool. Throws Win32Error if Windows cannot queue it; then it does not run.
  void Submit(std::function<void()> work);

 private:
  PTP_POOL pool_;
  TP_CALLBACK_ENVIRON environment_;
};

// Calls a function on a thread of a pool, once for each Submit; several Submits before the call has begun cause one call. Calls
// may overlap. Submit neither fails nor waits nor allocates. Any thread, including one that impersonates.
class PoolWork {
 public:
  // Throws Win32Error.
  PoolWork(std::function<void()> work, ThreadPool& pool);
  ~PoolWork();
  PoolWork(const PoolWork&) = delete;
  PoolWork& operator=(const PoolWork&) = delete;

  // `owner` is what this belongs to. It is kept until the call has returned; this may release the last reference.
  void Submit(std::shared_ptr<void> owner);

 private:
  const std::function<void()> work_;
  PTP_WORK handle_;
  win32::Lock lock_;
  std::shared_ptr<void> owner_;  // from Submit until the call begins
};

// Calls a function when it is due, on a thread that has no token before and after. Any thread.
class PoolTimer {
 public:
  using Duration = std::chrono::milliseconds;

  // `environment`: of a ThreadPool, or nullptr for the process's pool. Throws Win32Error.
  explicit PoolTimer(std::function<void()> on_time, PTP_CALLBACK_ENVIRON environment = nullptr);
  // Calls Close.
  ~PoolTimer();
  PoolTimer(const PoolTimer&) = delete;
  PoolTimer& operator=(const PoolTimer&) = delete;

  // After `due`, and then every `period` if that is not zero, up to `window` later if that saves a wake-up. Replaces the
  // previous setting.
  void Start(Duration due, Duration period = Duration(0), Duration window = Duration(0));
  // A running call continues.
  void Stop();
  // Waits for a running call; none follows, and Start has no effect afterwards. Not in such a call.
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
  // Waits for a running call; none follows. Not in such a call. A running call must not start it again once this begins.
  ~PoolWait();
  PoolWait(const PoolWait&) = delete;
  PoolWait& operator=(const PoolWait&) = delete;

  // Calls once when `object` is signaled; it must stay open until then. Replaces the previous wait. May be called in the call.
  void Start(HANDLE object);

 private:
  const std::function<void()> on_signal_;
  PTP_WAIT wait_;
};

}  // namespace onbehalf::service
