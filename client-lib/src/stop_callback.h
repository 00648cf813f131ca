#pragma once

#include <functional>
#include <memory>
#include <stop_token>

namespace onbehalf::client {

// Calls a function once a stop is requested, as std::stop_callback does, and at once if it has been already.
//
// GCC 12's std::stop_callback may wait for ever when it is destroyed while another thread runs it: it waits for a semaphore
// that can miss its wake-up. So no std::stop_callback is destroyed here while a stop can still be requested: there is one for
// each stop state, which serves all of these, and it goes when its stop has been requested, or can no longer be.
class StopCallback {
 public:
  // `run` is called on the thread that requests the stop, or here.
  StopCallback(const std::stop_token& token, std::function<void()> run);
  // When this returns `run` is not running and will not be called any more (unless this is called in it).
  ~StopCallback();
  StopCallback(const StopCallback&) = delete;
  StopCallback& operator=(const StopCallback&) = delete;

 private:
  struct Entry;
  class Dispatcher;
  // Null when there is nothing to wait for.
  std::shared_ptr<Dispatcher> dispatcher_;
  std::shared_ptr<Entry> entry_;
};

}  // namespace onbehalf::client
