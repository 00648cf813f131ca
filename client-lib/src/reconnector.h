#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "connection.h"
#include "onbehalf/client/client.h"
#include "onbehalf/win32/lock.h"
#include "retry_policy.h"

namespace onbehalf::client {

// A client's connection of the moment, and the way to the next one. At most one thread makes a connection at a time. Any
// thread.
class Reconnector {
 public:
  using TimePoint = win32::Clock::time_point;
  // Opens a connection by the deadline. Throws as Client::Connect.
  using Open = std::function<std::shared_ptr<Connection>(TimePoint deadline)>;

  Reconnector(const Options& options, Open open);
  // Called without any lock when a connection has taken the place of another. To be set before Connect.
  void set_on_connected(std::function<void()> on_connected) { on_connected_ = std::move(on_connected); }

  // The first connection. Throws as Client::Connect.
  void Connect(TimePoint deadline);
  bool IsConnected() const;
  // The connection, which may have failed. Throws not_connected.
  std::shared_ptr<Connection> Current() const;
  // The connection, or null if it has failed or been closed.
  std::shared_ptr<Connection> Alive() const;
  // Whether this thread may make a new connection. To this computer each request carries its writer's identity, but a
  // remote pipe has that of the thread that opened it: then only the process's own may take the place of its own.
  bool MayReconnect() const;

  // Waits for a connection that has not failed yet, and makes it if need be. Throws what keeps it from being made:
  // not_connected (closed before), operation_canceled (closed meanwhile), timed_out, RpcError (stopped), ServerNotTrusted, what
  // Windows refuses for good.
  std::shared_ptr<Connection> AwaitConnection(TimePoint deadline, const std::stop_token& stop);
  // Waits before the next attempt, but not for a client that is closed or a call that is stopped.
  void Pause(std::chrono::milliseconds delay, TimePoint deadline, const std::stop_token& stop);
  // A stop that these two wait for has been requested.
  void NotifyStop();

  // What can be had without waiting for other threads.
  struct Found {
    std::shared_ptr<Connection> connection;  // null if there is none
    ConnectionState state;
    TimePoint retry_at;          // when to ask again
    std::string last_failure;    // of the last attempt; empty if there was none
    std::exception_ptr refusal;  // what makes all further attempts useless
  };
  // Makes one attempt by the deadline, if there is no connection and it is time for one; none without `may_connect`.
  Found Find(bool may_connect, TimePoint deadline);

  // Whether this connection and those that follow are read while nothing is under way (Connection::set_reads_always).
  void set_reads_always(bool reads_always);
  // For good. The connection ends with `error`.
  void Close(std::exception_ptr error);

 private:
  // Under lock_.
  bool IsAlive() const;
  ConnectionState State() const;
  std::string ClosedText() const;
  // One attempt, by the thread that has set is_connecting_; without the lock. Throws what makes all others useless.
  void Attempt(TimePoint deadline);

  const std::string pipe_path_;
  const bool is_local_;
  const std::chrono::milliseconds first_backoff_;
  const Open open_;
  std::function<void()> on_connected_;

  mutable win32::Lock lock_;
  win32::Condition changed_;
  std::shared_ptr<Connection> connection_;  // set by Connect, replaced by Attempt
  bool is_closed_ = false;
  bool is_connecting_ = false;
  bool reads_always_ = false;
  Backoff backoff_;
  TimePoint next_attempt_{};
  std::string last_failure_;
  bool was_opened_impersonating_ = false;
};

// Whether this thread has a token of its own.
bool ThreadImpersonates();

// What a call that waits for a connection ends with when its stop is requested.
RpcError CancelledWhileWaiting();

}  // namespace onbehalf::client
