#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <thread>

#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::cli {

// For CallOptions::timeout of a call that only its response or a stop ends.
inline constexpr std::chrono::milliseconds kNoTimeout = std::chrono::milliseconds::max();

// Requests a stop on its token when `event` is signalled or `after` has passed (at most a day), whichever is
// first. Waits on its own thread. Throws Win32Error.
class CancelWatch {
 public:
  // `event` is borrowed and must outlive this.
  explicit CancelWatch(HANDLE event, std::optional<std::chrono::milliseconds> after = std::nullopt);
  ~CancelWatch();
  CancelWatch(const CancelWatch&) = delete;
  CancelWatch& operator=(const CancelWatch&) = delete;

  std::stop_token token() const { return source_.get_token(); }
  // Requests a stop at once. Any thread.
  void Cancel() { source_.request_stop(); }

 private:
  std::stop_source source_;
  win32::UniqueObject done_;
  std::thread thread_;
};

}  // namespace onbehalf::cli
