// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::win32 {

// A mutex of one word (SRWLOCK in exclusive mode), for std::lock_guard. std::mutex depends on the runtime library:
// MSVC's is the same, but MinGW's waits on kernel events, which costs two system calls for each contention.
class Lock {
 public:
  Lock() = default;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  void lock() noexcept { ::AcquireSRWLockExclusive(&lock_); }
  void unlock() noexcept { ::ReleaseSRWLockExclusive(&lock_); }
  bool try_lock() noexcept { return ::TryAcquireSRWLockExclusive(&lock_) != FALSE; }

 private:
  friend class Condition;
  SRWLOCK lock_ = SRWLOCK_INIT;
};

// A condition variable for a Lock.
class Condition {
 public:
  Condition() = default;
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;

  void NotifyAll() noexcept { ::WakeAllConditionVariable(&condition_); }

  // The caller holds `lock`, which is released while this waits. `is_true` is called under the lock.
  template <typename Predicate>
  void Wait(Lock& lock, Predicate is_true) {
    while (!is_true()) ::SleepConditionVariableSRW(&condition_, &lock.lock_, INFINITE, 0);
  }
  // False if `timeout` passed before `is_true` was true.
  template <typename Predicate>
  bool WaitFor(Lock& lock, std::chrono::milliseconds timeout, Predicate is_true) {
    return WaitUntil(lock, std::chrono::steady_clock::now() + timeout, is_true);
  }
  // The same until a point in time; time_point::max() means forever.
  template <typename Predicate>
  bool WaitUntil(Lock& lock, std::chrono::steady_clock::time_point end, Predicate is_true) {
    while (!is_true()) {
      DWORD wait = INFINITE;
      if (end != (std::chrono::steady_clock::time_point::max)()) {  // windows.h may have made max a macro
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
        if (left <= 0) return false;
        wait = left < 0x7fffffff ? static_cast<DWORD>(left) : 0x7fffffff;
      }
      ::SleepConditionVariableSRW(&condition_, &lock.lock_, wait, 0);
    }
    return true;
  }

 private:
  CONDITION_VARIABLE condition_ = CONDITION_VARIABLE_INIT;
};

}  // namespace onbehalf::win32
