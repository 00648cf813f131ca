#pragma once

#include <chrono>
#include <exception>
#include <optional>
#include <system_error>

namespace onbehalf::client {

// When an idempotent call is sent again, and when a lost connection is made again. Nothing in this file waits or has a
// pipe: both kinds of call, those that somebody waits for and those of CallAsync, ask here what to do next.

// Whether Windows may say otherwise of this pipe or its network a moment later.
bool IsTransient(const std::system_error& failure);

// Why sending an idempotent call once more may help.
enum class Recovery { kNone, kConnectionLost, kServiceStopping };
Recovery RecoveryFrom(const std::exception_ptr& error);

// How long to wait before the next attempt: `first`, then twice as long each time up to `longest`. Each is up to a quarter
// shorter by chance, so that the clients of a service that starts again do not all come at once. One thread at a time.
class Backoff {
 public:
  using Milliseconds = std::chrono::milliseconds;

  Backoff(Milliseconds first, Milliseconds longest) : first_(first), longest_(longest) {}
  Milliseconds Next();
  void Reset() { last_ = Milliseconds(0); }

 private:
  Milliseconds first_;
  Milliseconds longest_;
  Milliseconds last_{0};
};

// The attempts of one idempotent call. One thread at a time.
class Retry {
 public:
  explicit Retry(const Backoff& backoff) : backoff_(backoff) {}

  // After an attempt: how long to wait before the next one, or nullopt when the outcome is final. A connection that was lost
  // for the first time is no reason to wait.
  std::optional<Backoff::Milliseconds> DelayAfter(Recovery recovery);

 private:
  Backoff backoff_;
  bool was_repeated_ = false;
};

// What a call that needs a connection does now.
enum class NextStep {
  kSend,
  kConnect,  // make a connection
  kWait,     // until another thread has made one, or until the next attempt
  kFailClosed,
  kFailCancelled,
  kFailTimedOut,
};

struct ConnectionState {
  bool is_closed = false;  // by the application, for good
  bool is_alive = false;
  bool is_connecting = false;  // a thread is making the next one
  std::chrono::steady_clock::time_point next_attempt{};
};

NextStep Decide(const ConnectionState& state, bool is_stop_requested,
                std::chrono::steady_clock::time_point deadline, std::chrono::steady_clock::time_point now);

}  // namespace onbehalf::client
