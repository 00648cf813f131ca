#pragma once

#include <chrono>
#include <optional>

#include "recovery.h"

namespace onbehalf::client {

// Decides when an idempotent call is repeated and when a lost connection is reopened. Nothing here waits or uses a
// pipe: both kinds of call, waiting and asynchronous, use it to decide what to do next.

// The delay before the next attempt: `first`, then doubled each time up to `longest`. Each is randomly reduced by up
// to a quarter, so that the clients of a restarted service do not all reconnect at once. One thread at a time.
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

  // After an attempt: the delay before the next one, or nullopt if the outcome is final. No delay after the first
  // lost connection.
  std::optional<Backoff::Milliseconds> DelayAfter(Recovery recovery);

 private:
  Backoff backoff_;
  bool was_repeated_ = false;
};

// What a call that needs a connection does now.
enum class NextStep {
  kSend,
  kConnect,  // open a connection
  kWait,     // until another thread has opened one, or until the next attempt
  kFailClosed,
  kFailCancelled,
  kFailTimedOut,
};

struct ConnectionState {
  bool is_closed = false;  // by the application, permanently
  bool is_alive = false;
  bool is_connecting = false;  // a thread is opening the next one
  std::chrono::steady_clock::time_point next_attempt{};
};

NextStep Decide(const ConnectionState& state, bool is_stop_requested,
                std::chrono::steady_clock::time_point deadline, std::chrono::steady_clock::time_point now);

}  // namespace onbehalf::client
