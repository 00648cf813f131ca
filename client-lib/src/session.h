#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "async_calls.h"
#include "callback_thread.h"
#include "connection.h"
#include "notification_handler.h"
#include "onbehalf/client/client.h"
#include "reconnector.h"

namespace onbehalf::client {

// The state of a client: a connection that can be reopened, waiting calls, and, once needed, the two threads for
// asynchronous calls (AsyncCalls) and for callbacks. Any thread.
class ClientCore::Session {
 public:
  explicit Session(const Options& options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Opens the first connection. Throws as Client::Connect.
  void Connect();
  // Ends everything and waits for the threads (except the calling one).
  void End();

  Json Call(std::string_view method, const Json& params, const client::CallOptions& options);
  // `done` is called exactly once, unless this throws.
  void CallAsync(std::string_view method, Json params, const client::CallOptions& options,
                 AsyncCalls::Done done, Delivery delivery);
  std::vector<client::Outcome> CallBatch(std::span<const client::BatchEntry> entries,
                                         const client::CallOptions& options);
  void Notify(std::string_view method, const Json& params);
  void OnNotification(client::NotificationHandler::Function handler);
  bool IsConnected() const { return connections_->IsConnected(); }
  void Close();

 private:
  using TimePoint = win32::Clock::time_point;

  TimePoint DeadlineOf(const client::CallOptions& options) const;

  // Thrown by an attempt if nothing was sent.
  struct NotSent {
    std::exception_ptr why;
  };
  // Calls `send`; throws NotSent with the reason if it fails.
  template <typename Send>
  static void Sent(Send send);
  using Outcomes = std::vector<client::Outcome>;
  using Attempt = std::function<Outcomes(Connection&)>;
  // Makes attempts until the outcomes are final, which those of a call without idempotent always are.
  Outcomes Repeat(const client::CallOptions& options, TimePoint deadline, const Attempt& attempt);

  const Options options_;
  // Shared with the threads, which may outlive this.
  const std::shared_ptr<CallbackThread> callbacks_;
  const std::shared_ptr<client::NotificationHandler> notifications_;
  const std::shared_ptr<Reconnector> connections_;
  const std::shared_ptr<AsyncCalls> async_calls_;
};

}  // namespace onbehalf::client
