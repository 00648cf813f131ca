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

// A thread that waits for answers on a connection, and meanwhile may be the one that reads it. Everything in it is
// under the connection's lock.
struct Waiter {
  win32::Condition changed;
  bool is_notified = false;
  // It reads although the queue of callbacks is full: it runs them, so nobody else will make room.
  bool may_overfill = false;
  // Of the thread behind CallAsync: it reads only while something could come that nobody waits for.
  bool is_background = false;
};

// One request from before it is written until its outcome is known. Everything that is not const is under the
// connection's lock.
struct Exchange {
  const std::int64_t id;  // its progress token, too
  const std::string method;
  const win32::Clock::time_point deadline;
  const bool wants_progress = false;
  const bool is_in_batch = false;
  Waiter* const waiter;
  // Of CallAsync, whose outcome and progress nobody waits for: called without any lock, on whatever thread has read
  // them or closed the connection; they must not wait. Empty: the waiter takes them.
  const std::function<void(Outcome)> on_outcome = {};
  const std::function<void(Json)> on_progress = {};

  bool is_stop_requested = false;
  bool is_cancel_sent = false;
  std::deque<Json> progress = {};
  std::optional<Outcome> outcome = {};
};
using ExchangePtr = std::shared_ptr<Exchange>;

}  // namespace onbehalf::client
