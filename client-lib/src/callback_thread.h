#pragma once

#include <functional>
#include <memory>
#include <thread>

namespace onbehalf::client {

// Waits for a thread to end, if it was begun; the thread that this is called on ends by itself.
void JoinOrDetach(std::thread thread);

// Marks this thread as one that runs a callback of an application, for as long as the object lives: what it waits for
// must not wait for room that only the callback's end makes.
class InCallback {
 public:
  InCallback();
  ~InCallback();
  InCallback(const InCallback&) = delete;
  InCallback& operator=(const InCallback&) = delete;

  static bool IsActive();
};

// Runs an application's callbacks one after the other, in the order in which they were posted, on a thread of its own. Any
// thread.
class CallbackThread {
 public:
  // `on_room` is called, on that thread, when there is room again; not after End.
  explicit CallbackThread(std::function<void()> on_room);
  // End has been called.
  ~CallbackThread();
  CallbackThread(const CallbackThread&) = delete;
  CallbackThread& operator=(const CallbackThread&) = delete;

  // Begins the thread, if it has not been before. Throws std::system_error.
  void Start();
  // Only after Start. Never waits, and takes the callback whether there is room or not.
  void Post(std::function<void()> callback);
  // False while so many callbacks wait that no more should be made.
  bool HasRoom() const;
  bool IsThisThread() const;
  // Runs what has been posted and ends the thread; in a callback: lets the thread do so by itself after it. Only callbacks
  // may post afterwards.
  void End();

 private:
  struct State;
  static void Run(const std::shared_ptr<State>& state);
  const std::shared_ptr<State> state_;
};

}  // namespace onbehalf::client
