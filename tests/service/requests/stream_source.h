#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "onbehalf/service/method.h"

namespace onbehalf::test {

// The values of a test's streams: each stream gives every value that is pushed while it is open, and then
// waits for more. Must outlive the server. Any thread.
class StreamSource {
 public:
  // A stream that everyone may open.
  service::Method AsMethod(std::string name, service::Acts acts = service::Acts::kAsService);

  void Push(service::Json value);
  // Every stream ends with this result after it has given all values pushed before.
  void End(service::MethodResult result);

  // False if fewer have been opened, or closed, within kPatience.
  bool WaitUntilOpened(std::size_t count);
  bool WaitUntilClosed(std::size_t count);
  std::size_t opened() const;
  std::size_t closed() const;
  // The number of violations: two turns of one stream at the same time, or a thread with a token where none
  // may be, or without one where one must be.
  std::size_t faults() const;

 private:
  class OfOne;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::set<OfOne*> open_;
  std::optional<service::MethodResult> end_;
  std::size_t opened_ = 0;
  std::size_t closed_ = 0;
  std::size_t faults_ = 0;
};

// A stream that always has another piece: {"n": 0, 1, ..., "fill": `fill` characters}. `turns` counts the
// turns of all its streams.
service::Method EndlessStream(std::string name, std::size_t fill, std::atomic<std::size_t>& turns);

}  // namespace onbehalf::test
