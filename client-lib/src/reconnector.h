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

// A client's current connection, and how to replace it. At most one thread connects at a time. Any thread.
class Reconnector {
 public:
  using TimePoint = win32::Clock::time_point;
  // Opens a connection by the deadline. Throws as Client::Connect.
  using Open = std::function<std::shared_ptr<Connection>(TimePoint deadline)>;

  Reconnector(const Options& options, Open open);
  // Called without locks after reconnecting. Set it before Connect.
  void set_on_connected(std::function<void()> on_connected) { on_connected_ = std::move(on_connected); }

  // Opens the first connection. Throws as Client::Connect.
  void Connect(TimePoint deadline);
  bool IsConnected() const;
  // The connection, which may have failed. Throws not_connected.
  std::shared_ptr<Connection> Current() const;
  // The connection, or null if it has failed or was closed.
  std::shared_ptr<Connection> Alive() const;
  // Whether this thread may open a new connection. On this computer each request carries its writer's identity, but a
  // remote pipe has that of the thread that opened it: then only the process's own identity may replace its own
  // connection.
  bool MayReconnect() const;

  // Waits for a working connection and opens one if necessary. Throws the reason if there is none: not_connected
  // (closed before), operation_canceled (closed while waiting), timed_out, RpcError (stopped), ServerNotTrusted, or a
  // permanent Windows error.
  std::shared_ptr<Connection> AwaitConnection(TimePoint deadline, const std::stop_token& stop);
  // Waits before the next attempt, but ends early if the client is closed or the call is stopped.
  void Pause(std::chrono::milliseconds delay, TimePoint deadline, const std::stop_token& stop);
  // Tells both waits that a stop was requested.
  void NotifyStop();

  // What is available without waiting for other threads.
  struct Found {
    std::shared_ptr<Connection> connection;  // null if there is none
    ConnectionState state;
    TimePoint retry_at;          // when to try again
    std::string last_failure;    // of the last attempt; empty if there was none
    std::exception_ptr refusal;  // why further attempts are useless
  };
  // Makes one attempt by the deadline, if there is no connection and an attempt is due; none without `may_connect`.
  Found Find(bool may_connect, TimePoint deadline);

  // Whether this connection and later ones are read even without running calls (Connection::set_reads_always).
  void set_reads_always(bool reads_always);
  // Closes it permanently. The connection ends with `error`.
  void Close(std::exception_ptr error);

 private:
  // Requires lock_.
  bool IsAlive() const;
  ConnectionState State() const;
  std::string ClosedText() const;
  // One attempt, without the lock, by the thread that set is_connecting_. Throws if further attempts are useless.
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

// Whether this thread has its own token.
bool ThreadImpersonates();

// The error of a call whose stop is requested while it waits for a connection.
RpcError CancelledWhileWaiting();

}  // namespace onbehalf::client
