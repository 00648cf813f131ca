#include "requests/connection_deadlines.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace onbehalf::test {
namespace {

using service::ConnectionDeadlines;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = ConnectionDeadlines::Clock;
using FrameState = ConnectionDeadlines::FrameState;
using Situation = ConnectionDeadlines::Situation;

// Each limit is a different number of seconds: write 1, header 2, frame 3, first request 4, idle 5.
class ConnectionDeadlinesTest : public testing::Test {
 protected:
  ConnectionDeadlinesTest() {
    limits_.write_timeout = seconds(1);
    limits_.header_timeout = seconds(2);
    limits_.frame_timeout = seconds(3);
    limits_.first_request_timeout = seconds(4);
    limits_.idle_timeout = seconds(5);
  }
  Clock::time_point At(milliseconds after_the_start) const { return start_ + after_the_start; }
  std::string CloseReason(milliseconds now, const Situation& situation) const {
    const char* why = deadlines_.CloseReason(At(now), limits_, situation);
    return why == nullptr ? "" : why;
  }
  // It closes at `when`, for this reason, and not before.
  void ExpectClosed(milliseconds when, const Situation& situation, const std::string& why) const {
    EXPECT_EQ(CloseReason(when - milliseconds(1), situation), "");
    EXPECT_EQ(CloseReason(when, situation), why);
  }

  const Clock::time_point start_ = Clock::now();
  protocol::Limits limits_;
  ConnectionDeadlines deadlines_{start_};
};

TEST_F(ConnectionDeadlinesTest, FirstRequestHasATimeLimit) {
  ExpectClosed(seconds(4), {}, "no request was sent");
  // Bytes that are not a request do not extend it.
  deadlines_.OnRead(At(seconds(1)), FrameState::kBetweenFrames, false);
  ExpectClosed(seconds(4), {}, "no request was sent");
  EXPECT_EQ(CloseReason(seconds(4), {.has_requested = true}), "");
}

TEST_F(ConnectionDeadlinesTest, AHeaderAndABodyAreTimedFromTheirStart) {
  const Situation requested{.has_requested = true};
  deadlines_.OnRead(At(seconds(10)), FrameState::kInHeader, false);
  ExpectClosed(seconds(12), requested, "a header was not finished");
  // More of the same header does not extend its time.
  deadlines_.OnRead(At(seconds(11)), FrameState::kInHeader, false);
  ExpectClosed(seconds(12), requested, "a header was not finished");
  deadlines_.OnRead(At(seconds(11)), FrameState::kInBody, false);
  ExpectClosed(seconds(14), requested, "a frame was not finished");
  // The next header, after a whole frame.
  deadlines_.OnRead(At(seconds(13)), FrameState::kInBody, true);
  ExpectClosed(seconds(16), requested, "a frame was not finished");
}

TEST_F(ConnectionDeadlinesTest, WhileTheServiceDoesNotReadOnlyTheWriteIsTimed) {
  deadlines_.OnRead(At(seconds(1)), FrameState::kInHeader, false);
  EXPECT_EQ(CloseReason(seconds(100), {.is_reading = false}), "");
  ExpectClosed(seconds(101), {.writing_since = At(seconds(100)), .is_reading = false},
               "the client does not read");
}

TEST_F(ConnectionDeadlinesTest, AClientIsIdleIfItNeitherSendsNorWaits) {
  deadlines_.OnRead(At(seconds(1)), FrameState::kBetweenFrames, true);
  const Situation quiet{.has_requested = true};
  ExpectClosed(seconds(6), quiet, "idle");
  Situation ended = quiet;
  ended.last_end = At(seconds(3));
  ExpectClosed(seconds(8), ended, "idle");
  Situation working = quiet;
  working.has_requests = true;
  EXPECT_EQ(CloseReason(seconds(100), working), "");
  Situation listening = quiet;
  listening.is_subscriber = true;
  EXPECT_EQ(CloseReason(seconds(100), listening), "");
  Situation reading = quiet;
  reading.writing_since = At(milliseconds(5500));
  EXPECT_EQ(CloseReason(seconds(6), reading), "");
}

}  // namespace
}  // namespace onbehalf::test
