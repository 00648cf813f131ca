#include "retry_policy.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

namespace onbehalf::client {
namespace {

using std::chrono::milliseconds;
using TimePoint = std::chrono::steady_clock::time_point;

// Jitter makes a delay up to a quarter shorter.
void ExpectDelay(std::optional<milliseconds> delay, int longest) {
  ASSERT_TRUE(delay);
  EXPECT_LE(delay->count(), longest);
  EXPECT_GE(delay->count(), longest - longest / 4);
}

TEST(RetryPolicy, BackoffDoublesUpToItsMaximumAndRestarts) {
  Backoff backoff(milliseconds(100), milliseconds(1'000));
  for (const int longest : {100, 200, 400, 800, 1'000, 1'000}) ExpectDelay(backoff.Next(), longest);
  backoff.Reset();
  ExpectDelay(backoff.Next(), 100);
}

TEST(RetryPolicy, ALostConnectionIsRetriedAtOnceTheFirstTime) {
  Retry retry(Backoff(milliseconds(100), milliseconds(1'000)));
  EXPECT_EQ(retry.DelayAfter(Recovery::kConnectionLost), milliseconds(0));
  ExpectDelay(retry.DelayAfter(Recovery::kConnectionLost), 100);
  ExpectDelay(retry.DelayAfter(Recovery::kServiceStopping), 200);
}

TEST(RetryPolicy, AServiceThatStopsIsWaitedForAtOnce) {
  Retry retry(Backoff(milliseconds(100), milliseconds(1'000)));
  ExpectDelay(retry.DelayAfter(Recovery::kServiceStopping), 100);
  ExpectDelay(retry.DelayAfter(Recovery::kConnectionLost), 200);
}

TEST(RetryPolicy, AnUnrecoverableOutcomeIsFinal) {
  Retry retry(Backoff(milliseconds(100), milliseconds(1'000)));
  EXPECT_EQ(retry.DelayAfter(Recovery::kNone), std::nullopt);
  // And it does not count as an attempt.
  EXPECT_EQ(retry.DelayAfter(Recovery::kConnectionLost), milliseconds(0));
}

TEST(RetryPolicy, DecidesWhetherACallReconnects) {
  const TimePoint now = TimePoint(milliseconds(1'000));
  const TimePoint later = now + milliseconds(1);
  ConnectionState none;
  none.next_attempt = now;
  EXPECT_EQ(Decide(none, false, later, now), NextStep::kConnect);
  ConnectionState tried = none;
  tried.next_attempt = later;
  EXPECT_EQ(Decide(tried, false, later, now), NextStep::kWait);
  ConnectionState connecting = none;
  connecting.is_connecting = true;
  EXPECT_EQ(Decide(connecting, false, later, now), NextStep::kWait);
  ConnectionState alive = tried;
  alive.is_alive = true;
  EXPECT_EQ(Decide(alive, false, later, now), NextStep::kSend);

  for (ConnectionState state : {none, tried, connecting, alive}) {
    EXPECT_EQ(Decide(state, false, now, now), NextStep::kFailTimedOut);
    EXPECT_EQ(Decide(state, true, now, now), NextStep::kFailCancelled);
    state.is_closed = true;
    EXPECT_EQ(Decide(state, true, now, now), NextStep::kFailClosed);
  }
}

}  // namespace
}  // namespace onbehalf::client
