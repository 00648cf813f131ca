#include "expiry.h"

#include <utility>

#include "onbehalf/pipe/pool.h"
#include "onbehalf/win32/overlapped.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::pipe {

Expiry::Expiry(Deadline deadline, NativeHandle stop, PoolEnvironment environment,
               std::function<void(Status)> on_expire)
    : deadline_(deadline), stop_(stop), on_expire_(std::move(on_expire)) {
  auto* const pool = static_cast<PTP_CALLBACK_ENVIRON>(environment);
  if (deadline_ != kNoDeadline) {
    const auto on_time = [](PTP_CALLBACK_INSTANCE, void* context, PTP_TIMER) {
      auto& self = *static_cast<Expiry*>(context);
      // The timer's clock is another one than the deadline's.
      if (Clock::now() < self.deadline_) {
        if (!self.disarmed_) self.SetTimer();
        return;
      }
      self.on_expire_(Status::kTimeout);
    };
    timer_ = ::CreateThreadpoolTimer(on_time, this, pool);
    if (timer_ == nullptr) win32::ThrowLastError("CreateThreadpoolTimer");
  }
  if (stop_ != nullptr) {
    const auto on_stop = [](PTP_CALLBACK_INSTANCE, void* context, PTP_WAIT, TP_WAIT_RESULT) {
      static_cast<Expiry*>(context)->on_expire_(Status::kStopped);
    };
    wait_ = ::CreateThreadpoolWait(on_stop, this, pool);
    if (wait_ == nullptr) {
      const DWORD code = ::GetLastError();
      if (timer_ != nullptr) ::CloseThreadpoolTimer(timer_);
      throw win32::Win32Error(code, "CreateThreadpoolWait");
    }
  }
}

Expiry::~Expiry() {
  Disarm();
  if (timer_ != nullptr) ::CloseThreadpoolTimer(timer_);
  if (wait_ != nullptr) ::CloseThreadpoolWait(wait_);
}

void Expiry::SetTimer() noexcept {
  FILETIME due = DueIn(std::chrono::milliseconds(win32::WaitMilliseconds(deadline_)));
  ::SetThreadpoolTimer(timer_, &due, 0, 0);
}

void Expiry::Arm() noexcept {
  if (timer_ != nullptr) SetTimer();
  if (wait_ != nullptr) ::SetThreadpoolWait(wait_, stop_, nullptr);
}

void Expiry::Disarm() noexcept {
  if (timer_ != nullptr) {
    disarmed_ = true;
    ::SetThreadpoolTimer(timer_, nullptr, 0, 0);
    ::WaitForThreadpoolTimerCallbacks(timer_, TRUE);
    // A callback that was too early and ran just now may have set it again; no later one does.
    ::SetThreadpoolTimer(timer_, nullptr, 0, 0);
    ::WaitForThreadpoolTimerCallbacks(timer_, TRUE);
  }
  if (wait_ != nullptr) {
    ::SetThreadpoolWait(wait_, nullptr, nullptr);
    ::WaitForThreadpoolWaitCallbacks(wait_, TRUE);
  }
}

}  // namespace onbehalf::pipe
