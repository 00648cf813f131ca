#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "callback_thread.h"
#include "connection.h"
#include "onbehalf/client/client.h"
#include "onbehalf/win32/lock.h"
#include "reconnector.h"

namespace onbehalf::client {

// The calls without a waiting thread, until their outcome is delivered, and the thread that reads for them and
// repeats idempotent ones. That thread starts when first needed. Any thread.
class AsyncCalls : public std::enable_shared_from_this<AsyncCalls> {
 public:
  using TimePoint = win32::Clock::time_point;
  using Done = std::function<void(Outcome outcome)>;
  using Delivery = ClientCore::Delivery;

  AsyncCalls(const Options& options, std::shared_ptr<Reconnector> connections,
             std::shared_ptr<CallbackThread> callbacks);

  // Sends the request. `done` is called exactly once, unless this throws (as Client::CallAsync).
  void Call(std::string_view method, Json params, const CallOptions& options, TimePoint deadline, Done done,
            Delivery delivery);
  // Starts both threads unless they are running. Throws std::system_error.
  void StartThreads();
  // Called after reconnecting.
  void OnConnected() { Wake(); }
  // Stops repeating calls, ends those that wait to be repeated, and ends the thread.
  void Close();
  // Waits for the thread to end, unless called on it. Requires Close.
  void Join();

 private:
  struct PendingCall;
  using CallPtr = std::shared_ptr<PendingCall>;

  void Send(const CallPtr& call, const std::shared_ptr<Connection>& connection);
  void OnOutcome(const CallPtr& call, Outcome outcome);
  void Deliver(const CallPtr& call, Outcome outcome);
  // Ends the call with this outcome; it is not repeated.
  void End(const CallPtr& call, Outcome outcome);
  // False if closed: the call will not be repeated.
  bool SendLater(const CallPtr& call, TimePoint not_before);
  // Makes the thread check for work again.
  void Wake();
  void Run();
  void SendAgain(const std::vector<CallPtr>& due);

  const Backoff backoff_;
  const std::shared_ptr<Reconnector> connections_;
  const std::shared_ptr<CallbackThread> callbacks_;

  win32::Lock lock_;
  win32::Condition woken_;
  std::atomic<bool> is_woken_{false};
  bool is_closed_ = false;
  std::thread thread_;
  std::vector<CallPtr> waiting_;  // to be repeated
};

}  // namespace onbehalf::client
