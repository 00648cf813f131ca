#include "threads/thread_pool.h"

#include <memory>
#include <mutex>
#include <utility>

#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/pipe/pool.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {

ThreadPool::ThreadPool(DWORD minimum_threads, DWORD maximum_threads) : pool_(::CreateThreadpool(nullptr)) {
  if (pool_ == nullptr) win32::ThrowLastError("CreateThreadpool");
  ::SetThreadpoolThreadMaximum(pool_, maximum_threads);
  if (!::SetThreadpoolThreadMinimum(pool_, minimum_threads)) {
    const DWORD code = ::GetLastError();
    ::CloseThreadpool(pool_);
    throw win32::Win32Error(code, "SetThreadpoolThreadMinimum");
  }
  ::InitializeThreadpoolEnvironment(&environment_);
  ::SetThreadpoolCallbackPool(&environment_, pool_);
}

ThreadPool::~ThreadPool() {
  ::DestroyThreadpoolEnvironment(&environment_);
  ::CloseThreadpool(pool_);
}

void ThreadPool::Submit(std::function<void()> work) { pipe::RunOnPool(&environment_, std::move(work)); }

PoolWork::PoolWork(std::function<void()> work, ThreadPool& pool) : work_(std::move(work)) {
  const auto call = [](PTP_CALLBACK_INSTANCE, void* context, PTP_WORK) {
    pipe::AssertNotImpersonating();
    auto& self = *static_cast<PoolWork*>(context);
    std::shared_ptr<void> owner;
    {
      const std::lock_guard guard(self.lock_);
      owner = std::move(self.owner_);
    }
    self.work_();
    owner.reset();
    pipe::AssertNotImpersonating();
  };
  handle_ = ::CreateThreadpoolWork(call, this, pool.environment());
  if (handle_ == nullptr) win32::ThrowLastError("CreateThreadpoolWork");
}

// If this runs inside a callback, Windows frees the object after the callback has returned.
PoolWork::~PoolWork() { ::CloseThreadpoolWork(handle_); }

void PoolWork::Submit(std::shared_ptr<void> owner) {
  {
    const std::lock_guard guard(lock_);
    if (owner_) return;
    owner_ = std::move(owner);
  }
  ::SubmitThreadpoolWork(handle_);
}

PoolTimer::PoolTimer(std::function<void()> on_time, PTP_CALLBACK_ENVIRON environment)
    : on_time_(std::move(on_time)) {
  const auto call = [](PTP_CALLBACK_INSTANCE, void* context, PTP_TIMER) {
    pipe::AssertNotImpersonating();
    static_cast<PoolTimer*>(context)->on_time_();
    pipe::AssertNotImpersonating();
  };
  timer_ = ::CreateThreadpoolTimer(call, this, environment);
  if (timer_ == nullptr) win32::ThrowLastError("CreateThreadpoolTimer");
}

PoolTimer::~PoolTimer() {
  Close();
  ::CloseThreadpoolTimer(timer_);
}

void PoolTimer::Start(Duration due, Duration period, Duration window) {
  FILETIME due_time = pipe::DueIn(due);
  const std::lock_guard guard(lock_);
  if (closed_) return;
  ::SetThreadpoolTimer(timer_, &due_time, static_cast<DWORD>(period.count()),
                       static_cast<DWORD>(window.count()));
}

void PoolTimer::Stop() { ::SetThreadpoolTimer(timer_, nullptr, 0, 0); }

void PoolTimer::Close() {
  {
    // A running call could start it again.
    const std::lock_guard guard(lock_);
    closed_ = true;
  }
  Stop();
  ::WaitForThreadpoolTimerCallbacks(timer_, TRUE);
}

PoolWait::PoolWait(std::function<void()> on_signal) : on_signal_(std::move(on_signal)) {
  const auto call = [](PTP_CALLBACK_INSTANCE, void* context, PTP_WAIT, TP_WAIT_RESULT) {
    pipe::AssertNotImpersonating();
    static_cast<PoolWait*>(context)->on_signal_();
    pipe::AssertNotImpersonating();
  };
  wait_ = ::CreateThreadpoolWait(call, this, nullptr);
  if (wait_ == nullptr) win32::ThrowLastError("CreateThreadpoolWait");
}

PoolWait::~PoolWait() {
  ::SetThreadpoolWait(wait_, nullptr, nullptr);
  ::WaitForThreadpoolWaitCallbacks(wait_, TRUE);
  ::CloseThreadpoolWait(wait_);
}

void PoolWait::Start(HANDLE object) { ::SetThreadpoolWait(wait_, object, nullptr); }

}  // namespace onbehalf::service
