#pragma once

#include <atomic>
#include <functional>

#include "onbehalf/pipe/pipe_end.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::pipe {

// Reports on a thread of the pool that a deadline has passed or a stop event was set. Used once: Arm, then Disarm.
class Expiry {
 public:
  // `on_expire(kTimeout or kStopped)` may be called several times, and never after Disarm. Makes what Arm needs, so that
  // Arm cannot fail. Throws Win32Error.
  Expiry(Deadline deadline, NativeHandle stop, PoolEnvironment environment,
         std::function<void(Status)> on_expire);
  ~Expiry();
  Expiry(const Expiry&) = delete;
  Expiry& operator=(const Expiry&) = delete;

  void Arm() noexcept;
  // Waits for a running on_expire. Not in on_expire, nor under a lock that it takes.
  void Disarm() noexcept;

 private:
  void SetTimer() noexcept;

  const Deadline deadline_;
  const NativeHandle stop_;
  const std::function<void(Status)> on_expire_;
  std::atomic<bool> disarmed_{false};
  PTP_TIMER timer_ = nullptr;
  PTP_WAIT wait_ = nullptr;
};

}  // namespace onbehalf::pipe
