#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

#include "onbehalf/win32/lock.h"
#include "pipe/write_queue.h"

namespace onbehalf::service {

// Whether a client has read enough for what may wait to be sent: progress, pieces of streams, notifications. Answers do not
// ask. Any thread, also one that impersonates.
class WriteRoom {
 public:
  // There is room while at most `bytes` wait in `writes`.
  WriteRoom(const WriteQueue& writes, std::size_t bytes) : writes_(writes), bytes_(bytes) {}

  // Room for what is sent when `beside` more bytes have been.
  bool Has(std::size_t beside = 0) const { return writes_.bytes() + beside <= bytes_; }
  // True: there is room. False: `when_room` will be called once there is, which may be at once, on the thread whose write has ended: all it may
  // do is to have some other thread do something. It is forgotten when the connection ends before.
  [[nodiscard]] bool Await(std::function<void()> when_room);
  // To be called after every write that has ended.
  void OnWritten();

 private:
  const WriteQueue& writes_;
  const std::size_t bytes_;
  std::atomic<bool> is_awaited_{false};  // changed under mutex_: the usual write does not take it
  win32::Lock mutex_;
  std::vector<std::function<void()>> waiting_;
};

}  // namespace onbehalf::service
