#pragma once

#include <functional>
#include <memory>
#include <stop_token>

namespace onbehalf::client {

// Calls a function once a stop is requested, as std::stop_callback does, and at once if it has been already. GCC 12's
// std::stop_callback may wait for ever when it is destroyed while another thread runs it (GCC's bug 104928); this one
// waits for its function itself and leaves a registration whose function was called, or is about to be, to that call. What
// is left of the bug is a stop that is requested within the few instructions between looking for one and removing the
// registration.
class StopCallback {
 public:
  // `run` is called on the thread that requests the stop, or here.
  StopCallback(const std::stop_token& token, std::function<void()> run);
  // When this returns `run` is not running and will not be called any more (unless this is called in it).
  ~StopCallback();
  StopCallback(const StopCallback&) = delete;
  StopCallback& operator=(const StopCallback&) = delete;

 private:
  struct State;
  struct Invoke;
  std::shared_ptr<State> state_;  // null when the token can never be stopped
};

}  // namespace onbehalf::client
