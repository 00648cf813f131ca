#pragma once

#include <functional>
#include <memory>
#include <thread>

namespace onbehalf::client {

// Joins the thread if it was started, or detaches it if called on that thread.
void JoinOrDetach(std::thread thread);

// Marks this thread as running an application's callback, for the lifetime of the object: it must not wait for room
// in the callback queue, which only the end of the callback makes.
class InCallback {
 public:
  InCallback();
  ~InCallback();
  InCallback(const InCallback&) = delete;
  InCallback& operator=(const InCallback&) = delete;

  static bool IsActive();
};

// Runs an application's callbacks one after the other, in the order in which they were posted, on its own thread. Any
// thread.
class CallbackThread {
 public:
  // `on_room` is called on that thread when there is room again, but not after End.
  explicit CallbackThread(std::function<void()> on_room);
  // Requires End.
  ~CallbackThread();
  CallbackThread(const CallbackThread&) = delete;
  CallbackThread& operator=(const CallbackThread&) = delete;

  // Starts the thread unless it is running. Throws std::system_error.
  void Start();
  // Requires Start. Never blocks, and accepts the callback even if the queue is full.
  void Post(std::function<void()> callback);
  // False if the queue is full, so that no more callbacks should be created.
  bool HasRoom() const;
  bool IsThisThread() const;
  // Runs the posted callbacks and ends the thread; in a callback, the thread ends by itself afterwards. Only
  // callbacks may post after this.
  void End();

 private:
  struct State;
  static void Run(const std::shared_ptr<State>& state);
  const std::shared_ptr<State> state_;
};

}  // namespace onbehalf::client
