#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "callback_thread.h"
#include "connection.h"
#include "onbehalf/client/client.h"
#include "onbehalf/win32/lock.h"

namespace onbehalf::client {

// What a Client is: the connection of the moment, the way to the next one, and the two threads that CallAsync and
// OnNotification need: one that reads when nobody waits for an answer and that repeats calls, and one for callbacks.
// Neither exists before it is needed. Any thread.
class Client::Session : public std::enable_shared_from_this<Session> {
 public:
  using TimePoint = win32::Clock::time_point;

  explicit Session(const Options& options);
  ~Session();

  // The first connection. Throws as Client::Connect.
  void Connect();
  // Ends everything, and waits for the threads (but not for the one it is called on).
  void End();

  Json Call(std::string_view method, const Json& params, const CallOptions& options);
  // The future's promise is kept, or `done` is called, exactly once; unless this throws.
  void CallAsync(std::string_view method, const Json& params, const CallOptions& options, Callback done,
                 std::shared_ptr<std::promise<Json>> promise);
  std::vector<Outcome> CallBatch(std::span<const BatchEntry> entries, const CallOptions& options);
  void Notify(std::string_view method, const Json& params);
  void OnNotification(NotificationHandler handler);
  bool IsConnected() const;
  void Close();

 private:
  struct AsyncCall;
  using AsyncCallPtr = std::shared_ptr<AsyncCall>;
  using Guard = std::unique_lock<win32::Lock>;
  using Milliseconds = std::chrono::milliseconds;

  TimePoint DeadlineOf(const CallOptions& options) const;
  Connection::Events MakeEvents();
  void Handle(const std::string& method, const Json& params);

  // Under lock_.
  bool IsAlive() const;
  // The connection, which may have failed. Throws not_connected.
  std::shared_ptr<Connection> Current() const;
  // A connection that has not failed yet, a new one if need be. Throws what keeps it from being made: not_connected
  // (closed before), operation_canceled (closed meanwhile), timed_out, RpcError (stopped), ServerNotTrusted, what Windows
  // refuses for good.
  std::shared_ptr<Connection> CurrentOrNew(TimePoint deadline, const std::stop_token& stop);
  // Whether this thread may make a new connection. To this computer each request carries its writer's identity, but a
  // remote pipe has that of the thread that opened it: then only the process's own may take the place of its own.
  bool MayReconnect() const;
  // One attempt to make it, without the lock. False when another may help, later than next_attempt_. Throws what
  // makes all others useless.
  bool TryConnect(TimePoint deadline, Guard& guard);
  // What follows `last`, 0 at first.
  Milliseconds NextBackoff(Milliseconds last) const;

  // Makes attempts until one has outcomes that stay, which are all of them unless the call is idempotent. An attempt
  // throws NotSent when nothing was sent.
  struct NotSent {
    std::exception_ptr why;
  };
  // Calls `send`; what keeps it from sending is thrown as NotSent.
  template <typename Send>
  static void Sent(Send send);
  using Attempt = std::function<std::vector<Outcome>(Connection&)>;
  std::vector<Outcome> Repeat(const CallOptions& options, TimePoint deadline, const Attempt& attempt);

  void SendAsync(const AsyncCallPtr& call, const std::shared_ptr<Connection>& connection);
  void OnOutcome(const AsyncCallPtr& call, Outcome outcome);
  void Deliver(const AsyncCallPtr& call, Outcome outcome);
  // Throws std::system_error.
  void StartBackground();
  void RunBackground();
  // Those of repeats_ whose time has come.
  void RepeatDue(Guard& guard);

  const Options options_;
  CallbackThread callbacks_;

  mutable win32::Lock lock_;
  win32::Condition changed_;
  std::shared_ptr<Connection> connection_;  // set by Connect, replaced by CurrentOrNew
  std::atomic<bool> is_closed_{false};
  bool is_connecting_ = false;
  Milliseconds backoff_{0};
  TimePoint next_attempt_{};
  std::string last_failure_;
  bool was_opened_impersonating_ = false;
  std::thread background_;
  std::vector<AsyncCallPtr> repeats_;  // asynchronous calls that wait to be sent again
  std::atomic<bool> repeats_changed_{false};

  win32::Lock handler_lock_;  // taken after lock_
  win32::Condition handler_ended_;
  std::shared_ptr<const NotificationHandler> handler_;
  const NotificationHandler* running_handler_ = nullptr;
};

}  // namespace onbehalf::client
