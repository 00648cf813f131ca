#pragma once

#include <atomic>

#include "onbehalf/service/method.h"
#include "onbehalf/win32/unique_handle.h"
#include "threads/thread_pool.h"

namespace onbehalf::service {

// The stream of registry.watch: {"changed": false} as soon as Windows watches the key, and then {"changed": true} after
// changes, once for all those since the piece before; a change that comes after a piece was made is told by another. Ends with
// what Windows says when the key cannot be watched any more (ERROR_KEY_DELETED).
class RegistryWatch final : public Stream {
 public:
  // `key` needs KEY_NOTIFY. `recursive`: changes below its subkeys too. Throws win32::Win32Error.
  RegistryWatch(win32::UniqueRegistryKey key, bool recursive, Waker waker);

  Step Next(const Call& call) override;

 private:
  void Watch();

  const win32::UniqueRegistryKey key_;
  const bool recursive_;
  const Waker waker_;
  bool begun_ = false;
  // Set by the wait's callback, which consumes the event; from then on nothing watches until Next does again.
  std::atomic<bool> changed_{false};
  const win32::UniqueObject event_;
  // The last one: its end waits for its call, which uses what stands above.
  PoolWait wait_;
};

}  // namespace onbehalf::service
