#pragma once

#include <chrono>
#include <optional>

#include "onbehalf/protocol/framing.h"
#include "onbehalf/protocol/limits.h"

namespace onbehalf::service {

// How long a connection has been in its state, and whether that is too long. Guarded by its connection.
class ConnectionDeadlines {
 public:
  using Clock = std::chrono::steady_clock;
  using FrameState = protocol::FrameReader::State;

  explicit ConnectionDeadlines(Clock::time_point connected_at);

  // The data read at `at` has been handled. The frame reader is in `state`, since `at` if a frame has ended or the state has
  // changed.
  void OnRead(Clock::time_point at, FrameState state, bool took_frame);

  // The connection's other circumstances.
  struct Situation {
    std::optional<Clock::time_point> writing_since = {};  // a write waits for the client to read
    bool is_reading = true;  // if not, the rest of a frame may have been sent long ago
    bool has_requested = false;
    bool has_requests = false;
    Clock::time_point last_end{};  // of a request
    bool is_subscriber = false;    // to any event: it is then never idle
  };
  // The reason to close the connection, in words for the log; null if nothing has taken too long.
  const char* CloseReason(Clock::time_point now, const protocol::Limits& limits,
                          const Situation& situation) const;

 private:
  const Clock::time_point connected_at_;
  FrameState frame_state_ = FrameState::kBetweenFrames;
  Clock::time_point frame_state_since_;
  Clock::time_point last_read_;
};

}  // namespace onbehalf::service
