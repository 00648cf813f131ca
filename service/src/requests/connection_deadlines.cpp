#include "requests/connection_deadlines.h"

#include <algorithm>

namespace onbehalf::service {

ConnectionDeadlines::ConnectionDeadlines(Clock::time_point connected_at)
    : connected_at_(connected_at), frame_state_since_(connected_at), last_read_(connected_at) {}

void ConnectionDeadlines::OnRead(Clock::time_point at, FrameState state, bool took_frame) {
  last_read_ = at;
  if (took_frame || frame_state_ != state) frame_state_since_ = at;
  frame_state_ = state;
}

const char* ConnectionDeadlines::CloseReason(Clock::time_point now, const protocol::Limits& limits,
                                             const Situation& situation) const {
  if (situation.writing_since && now - *situation.writing_since >= limits.write_timeout) {
    return "the client does not read";
  }
  if (situation.is_reading) {
    const auto time = now - frame_state_since_;
    if (frame_state_ == FrameState::kInHeader && time >= limits.header_timeout) {
      return "a header was not finished";
    }
    if (frame_state_ == FrameState::kInBody && time >= limits.frame_timeout)
      return "a frame was not finished";
    if (!situation.has_requested && now - connected_at_ >= limits.first_request_timeout) {
      return "no request was sent";
    }
    const bool is_quiet = !situation.has_requests && !situation.is_subscriber && !situation.writing_since;
    if (is_quiet && now - (std::max)(last_read_, situation.last_end) >= limits.idle_timeout) return "idle";
  }
  return nullptr;
}

}  // namespace onbehalf::service
