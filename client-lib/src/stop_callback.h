#pragma once

#include <functional>
#include <memory>
#include <stop_token>

namespace onbehalf::client {

// Calls a function when a stop is requested, like std::stop_callback, or at once if it already has been.
//
// GCC 12's std::stop_callback may hang when it is destroyed while another thread runs it: it waits for a semaphore
// that can miss its wake-up. So no std::stop_callback is destroyed here while a stop can still be requested: each
// stop state has one, which serves all of these objects, and which is destroyed once its stop was requested or is no
// longer possible.
class StopCallback {
 public:
  // `run` is called on the thread that requests the stop, or in this constructor.
  StopCallback(const std::stop_token& token, std::function<void()> run);
  // When this returns, `run` is not running and will not be called (unless this is called in it).
  ~StopCallback();
  StopCallback(const StopCallback&) = delete;
  StopCallback& operator=(const StopCallback&) = delete;

 private:
  struct Entry;
  class Dispatcher;
  // Null if no stop can come.
  std::shared_ptr<Dispatcher> dispatcher_;
  std::shared_ptr<Entry> entry_;
};

}  // namespace onbehalf::client
