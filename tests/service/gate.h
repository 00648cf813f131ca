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

// Holds handlers until the test lets them continue, or until they are cancelled. Must outlive the server
// whose handlers wait here. Any thread.
class Gate {
 public:
  // For handlers. True when the gate was opened, false when `stop` was requested first.
  bool Pass(const std::stop_token& stop);
  // Waits until the gate opens, even if cancelled.
  void PassWhatever();

  // Lets everything pass that waits now or comes later.
  void Open();
  // Lets `count` more pass.
  void Admit(std::size_t count);

  // False if fewer have entered within kPatience.
  bool WaitUntilEntered(std::size_t count);
  bool WaitUntilLeft(std::size_t count);
  std::size_t entered() const;
  // The highest number inside at one time.
  std::size_t max_at_once() const;

  // A method that everyone may call: returns {"passed": true} when the gate was opened, and throws
  // ERROR_CANCELLED when it was cancelled.
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
  // One for every handler that has waited here. They are kept until the server is gone: GCC 12's library may
  // deadlock when a callback is removed while another thread is running it (GCC bug 104928).
  std::mutex on_stop_mutex_;
  std::list<std::stop_callback<std::function<void()>>> on_stop_;
};

}  // namespace onbehalf::test
