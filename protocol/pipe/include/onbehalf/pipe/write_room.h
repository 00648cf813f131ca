// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

#include "onbehalf/pipe/write_queue.h"
#include "onbehalf/win32/lock.h"

namespace onbehalf::pipe {

// Flow control for messages that may wait: progress, pieces of streams, notifications. Answers are not subject to it. Any
// thread, including one that impersonates.
class WriteRoom {
 public:
  // There is room while at most `bytes` wait in `writes`.
  WriteRoom(const WriteQueue& writes, std::size_t bytes) : writes_(writes), bytes_(bytes) {}

  // Whether there is room after `beside` more bytes.
  bool Has(std::size_t beside = 0) const { return writes_.bytes() + beside <= bytes_; }
  // Returns true if there is room. If false, `when_room` will be called once there is (possibly at once) on the thread whose
  // write has ended; it may only hand work to another thread. It is dropped if the connection ends first.
  [[nodiscard]] bool Await(std::function<void()> when_room);
  // Must be called after every write that has ended.
  void OnWritten();

 private:
  const WriteQueue& writes_;
  const std::size_t bytes_;
  std::atomic<bool> is_awaited_{false};  // changed under mutex_, which the usual write does not acquire
  win32::Lock mutex_;
  std::vector<std::function<void()>> waiting_;
};

}  // namespace onbehalf::pipe
