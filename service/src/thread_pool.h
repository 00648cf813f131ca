#pragma once

#include <functional>

#include "onbehalf/win32/lean_windows.h"

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

}  // namespace onbehalf::service
