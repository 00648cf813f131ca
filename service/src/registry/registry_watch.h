#pragma once

#include <array>
#include <atomic>

#include "onbehalf/fields.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/unique_handle.h"
#include "threads/thread_pool.h"

namespace onbehalf::service {

struct RegistryWatchPiece {
  bool changed;

  static constexpr auto Describe() {
    return std::array{Required<&RegistryWatchPiece::changed>(
        "changed", "false in the first piece, which marks the start of the watch")};
  }
};

// The stream of registry.watch: {"changed": false} as soon as Windows watches the key, then {"changed": true} after changes,
// once for all changes since the previous piece; a change after a piece was made causes another. Ends with Windows' error when
// the key can no longer be watched (ERROR_KEY_DELETED).
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
  // Set by the wait's callback, which consumes the event; nothing is watched again until Next is called.
  std::atomic<bool> changed_{false};
  const win32::UniqueObject event_;
  // Last: its destructor waits for its callback, which uses the members above.
  PoolWait wait_;
};

}  // namespace onbehalf::service
