#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <thread>

#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::cli {

// For CallOptions::timeout of a call that only its answer or a stop ends.
inline constexpr std::chrono::milliseconds kNoTimeout = std::chrono::milliseconds::max();

// While it lives, its token is asked to stop when `event` is signalled, or `after` has passed (at most a
// day), whichever is first. A thread of its own waits for that. Throws Win32Error.
class CancelWatch {
 public:
  // `event` is borrowed for as long as this lives.
  explicit CancelWatch(HANDLE event, std::optional<std::chrono::milliseconds> after = std::nullopt);
  ~CancelWatch();
  CancelWatch(const CancelWatch&) = delete;
  CancelWatch& operator=(const CancelWatch&) = delete;

  std::stop_token token() const { return source_.get_token(); }
  // Asks to stop at once. Any thread.
  void Cancel() { source_.request_stop(); }

 private:
  std::stop_source source_;
  win32::UniqueObject done_;
  std::thread thread_;
};

}  // namespace onbehalf::cli
