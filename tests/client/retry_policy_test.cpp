#include "retry_policy.h"

#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "onbehalf/client/client.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::client {
namespace {

using std::chrono::milliseconds;
using TimePoint = std::chrono::steady_clock::time_point;

std::exception_ptr Windows(int code) {
  return std::make_exception_ptr(std::system_error(code, std::system_category()));
}
std::exception_ptr Connection(std::errc code) {
  return std::make_exception_ptr(std::system_error(std::make_error_code(code)));
}
std::exception_ptr Answer(int code) { return std::make_exception_ptr(RpcError(code, "no", nullptr)); }

// Jitter makes a delay up to a quarter shorter.
void ExpectDelay(std::optional<milliseconds> delay, int longest) {
  ASSERT_TRUE(delay);
  EXPECT_LE(delay->count(), longest);
  EXPECT_GE(delay->count(), longest - longest / 4);
}

TEST(RetryPolicy, RepeatsAfterALostConnectionOrAStoppingService) {
  EXPECT_EQ(RecoveryFrom(Connection(std::errc::connection_reset)), Recovery::kConnectionLost);
  EXPECT_EQ(RecoveryFrom(Connection(std::errc::not_connected)), Recovery::kConnectionLost);
  EXPECT_EQ(RecoveryFrom(Windows(ERROR_PIPE_BUSY)), Recovery::kConnectionLost);
  EXPECT_EQ(RecoveryFrom(Windows(ERROR_FILE_NOT_FOUND)), Recovery::kConnectionLost);
  EXPECT_EQ(RecoveryFrom(Answer(-32014)), Recovery::kServiceStopping);
}

TEST(RetryPolicy, RepeatsNothingElse) {
  for (const std::errc code : {std::errc::timed_out, std::errc::operation_canceled, std::errc::bad_message,
                               std::errc::protocol_error, std::errc::message_size}) {
    EXPECT_EQ(RecoveryFrom(Connection(code)), Recovery::kNone);
  }
  EXPECT_EQ(RecoveryFrom(Windows(ERROR_ACCESS_DENIED)), Recovery::kNone);
  EXPECT_EQ(RecoveryFrom(Answer(-32010)), Recovery::kNone);
  EXPECT_EQ(RecoveryFrom(Answer(kRequestCancelled)), Recovery::kNone);
  EXPECT_EQ(RecoveryFrom(std::make_exception_ptr(ServerNotTrusted("no"))), Recovery::kNone);
  EXPECT_EQ(RecoveryFrom(std::make_exception_ptr(std::runtime_error("no"))), Recovery::kNone);
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
