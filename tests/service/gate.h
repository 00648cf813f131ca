#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <stop_token>
#include <string>

#include "onbehalf/service/method.h"

namespace onbehalf::test {

// Where the handlers of a test wait until the test lets them go on, or until they are asked to end. It has to
// outlive the server whose handlers wait here. Any thread.
class Gate {
 public:
  // For handlers. True when the gate was opened, false when `stop` was set before.
  bool Pass(const std::stop_token& stop);
  // Waits here whatever the stop token says.
  void PassWhatever();

  // Lets in all that wait, and all that come.
  void Open();
  // Lets `count` more in.
  void Admit(std::size_t count);

  // False when fewer have come before the patience ends.
  bool WaitUntilEntered(std::size_t count);
  bool WaitUntilLeft(std::size_t count);
  std::size_t entered() const;
  // Most that were inside at one time.
  std::size_t max_at_once() const;

  // A method that everybody may call: answers {"passed": true} when the gate was opened, and throws
  // ERROR_CANCELLED when it was asked to end.
  service::Method AsMethod(std::string name, service::Acts acts = service::Acts::kAsService);

 private:
  void Enter();
  void Leave();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  std::size_t admitted_ = 0;
  std::size_t entered_ = 0;
  std::size_t left_ = 0;
  std::size_t peak_ = 0;
  // Of every handler that has waited here. They stay until the server is gone: GCC 12's library may wait for
  // ever when a callback is removed while another thread is running it (GCC's bug 104928).
  std::mutex on_stop_mutex_;
  std::list<std::stop_callback<std::function<void()>>> on_stop_;
};

}  // namespace onbehalf::test
