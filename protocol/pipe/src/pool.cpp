#include "onbehalf/pipe/pool.h"

#include <memory>
#include <utility>

#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::pipe {

void RunOnPool(PoolEnvironment environment, std::function<void()> work) {
  auto owned = std::make_unique<std::function<void()>>(std::move(work));
  const auto run = [](PTP_CALLBACK_INSTANCE, void* context) {
    AssertNotImpersonating();
    const std::unique_ptr<std::function<void()>> mine(static_cast<std::function<void()>*>(context));
    (*mine)();
    AssertNotImpersonating();
  };
  if (!::TrySubmitThreadpoolCallback(run, owned.get(), static_cast<PTP_CALLBACK_ENVIRON>(environment))) {
    win32::ThrowLastError("TrySubmitThreadpoolCallback");
  }
  static_cast<void>(owned.release());
}

FILETIME DueIn(std::chrono::milliseconds time) noexcept {
  // Relative times are negative, in units of 100 ns.
  ULARGE_INTEGER due;
  due.QuadPart = static_cast<ULONGLONG>(-(static_cast<LONGLONG>(time.count()) * 10'000));
  return {due.LowPart, due.HighPart};
}

}  // namespace onbehalf::pipe
