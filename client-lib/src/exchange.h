#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "onbehalf/client/client.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/overlapped.h"

namespace onbehalf::client {

// A thread that waits for responses on a connection, and may be the one that reads. All members are guarded by the
// connection's lock.
struct Waiter {
  win32::Condition changed;
  bool is_notified = false;
  // Reads even if the callback queue is full: this thread runs the callbacks, so no other thread will make room.
  bool may_overfill = false;
  // The thread of AsyncCalls: reads only while something may come that no one waits for.
  bool is_background = false;
};

// One request, from before it is written until its outcome is known. Non-const members are guarded by the
// connection's lock.
struct Exchange {
  const std::int64_t id;  // also its progress token
  const std::string method;
  const win32::Clock::time_point deadline;
  const bool wants_progress = false;
  const bool is_in_batch = false;
  Waiter* const waiter;
  // For CallAsync, without a waiting thread: called without locks, on any thread that has read the message or closed
  // the connection; they must not block. Empty: the waiter takes them.
  const std::function<void(Outcome)> on_outcome = {};
  const std::function<void(Json)> on_progress = {};

  bool is_stop_requested = false;
  bool is_cancel_sent = false;
  std::deque<Json> progress = {};
  std::optional<Outcome> outcome = {};
};
using ExchangePtr = std::shared_ptr<Exchange>;

}  // namespace onbehalf::client
