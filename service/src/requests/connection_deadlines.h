#pragma once

#include <chrono>
#include <optional>

#include "onbehalf/protocol/framing.h"
#include "onbehalf/protocol/limits.h"

namespace onbehalf::service {

// Since when a connection has been where it is, and whether it has been there for too long. Its connection guards it.
class ConnectionDeadlines {
 public:
  using Clock = std::chrono::steady_clock;
  using FrameState = protocol::FrameReader::State;

  explicit ConnectionDeadlines(Clock::time_point connected_at);

  // What was read at `at` has been handled. The client's frames stand at `state` since then, if a frame has ended or they stood
  // elsewhere before.
  void OnRead(Clock::time_point at, FrameState state, bool took_frame);

  // What else is asked of the connection at the moment.
  struct Situation {
    std::optional<Clock::time_point> writing_since = {};  // what is written waits for the client to read
    bool is_reading = true;  // otherwise what is missing of a frame may have been sent long ago
    bool has_requested = false;
    bool has_requests = false;
    Clock::time_point last_end{};  // of a request
    bool is_subscriber = false;    // to anything at all: it is not idle then
  };
  // Why the connection has to be closed, in words for the log; null when nothing has taken too long.
  const char* WhyClose(Clock::time_point now, const protocol::Limits& limits,
                       const Situation& situation) const;

 private:
  const Clock::time_point connected_at_;
  FrameState frame_state_ = FrameState::kBetweenFrames;
  Clock::time_point frame_state_since_;
  Clock::time_point last_read_;
};

}  // namespace onbehalf::service
