#include "retry_policy.h"

#include <random>

namespace onbehalf::client {

Backoff::Milliseconds Backoff::Next() {
  if (last_.count() == 0) {
    last_ = first_;
  } else {
    last_ = last_ >= longest_ / 2 ? longest_ : last_ * 2;
  }
  thread_local std::minstd_rand random(std::random_device{}());
  return last_ - Milliseconds(std::uniform_int_distribution<Milliseconds::rep>(0, last_.count() / 4)(random));
}

std::optional<Backoff::Milliseconds> Retry::DelayAfter(Recovery recovery) {
  if (recovery == Recovery::kNone) return std::nullopt;
  const bool at_once = !was_repeated_ && recovery == Recovery::kConnectionLost;
  was_repeated_ = true;
  return at_once ? Backoff::Milliseconds(0) : backoff_.Next();
}

NextStep Decide(const ConnectionState& state, bool is_stop_requested,
                std::chrono::steady_clock::time_point deadline, std::chrono::steady_clock::time_point now) {
  if (state.is_closed) return NextStep::kFailClosed;
  if (is_stop_requested) return NextStep::kFailCancelled;
  if (now >= deadline) return NextStep::kFailTimedOut;
  if (state.is_alive) return NextStep::kSend;
  return state.is_connecting || now < state.next_attempt ? NextStep::kWait : NextStep::kConnect;
}

}  // namespace onbehalf::client
