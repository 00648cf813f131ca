#include "thread_pool.h"

#include <memory>
#include <utility>

#include "impersonation.h"
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

void ThreadPool::Submit(std::function<void()> work) {
  auto owned = std::make_unique<std::function<void()>>(std::move(work));
  const auto run = [](PTP_CALLBACK_INSTANCE, void* context) {
    AssertNotImpersonating();
    const std::unique_ptr<std::function<void()>> mine(static_cast<std::function<void()>*>(context));
    (*mine)();
    AssertNotImpersonating();
  };
  if (!::TrySubmitThreadpoolCallback(run, owned.get(), &environment_)) {
    win32::ThrowLastError("TrySubmitThreadpoolCallback");
  }
  static_cast<void>(owned.release());
}

}  // namespace onbehalf::service
