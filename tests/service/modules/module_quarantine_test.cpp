#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "messages.h"
#include "module_server.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/win32/win32_error.h"
#include "raw_client.h"
#include "requests/growing_deadline.h"
#include "support/patience.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;
using std::chrono::milliseconds;

constexpr const char* kOutOfService = "The method's module is out of service until the service is restarted.";

class ModuleQuarantineTest : public testing::Test {
 protected:
  NamedEvent event_;
  ModuleServer server_{{{"raw", "{}"}, {"faulty", event_.Settings()}}, [](service::Settings& settings) {
                         settings.modules.overdue_calls = 3;
                         // However short the deadline of all others is.
                         for (const char* method : {"rpc.ping", "raw.echo", "faulty.log"})
                           settings.methods.limits[method].deadline = kPatience;
                         settings.methods.limits["faulty.untilStopped"].deadline = milliseconds(200);
                       }};
  Bystander bystander_{server_};

  // The state of faulty, which is the first by name.
  service::ModuleState State() { return server_.modules().States().at(0); }
  // Other calls are answered until `is_true`. False if it takes too long.
  bool AnswersUntil(const std::function<bool()>& is_true) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!is_true()) {
      if (std::chrono::steady_clock::now() >= end || !bystander_.IsAnswered(2)) return false;
    }
    return true;
  }
  // Whether a response has come, which must be this one.
  static bool IsAnswered(RawClient& client, const Json& answer) {
    try {
      EXPECT_EQ(client.Read(milliseconds(0)), answer);
      return true;
    } catch (const win32::Win32Error& error) {
      EXPECT_EQ(error.win32_code(), DWORD{WAIT_TIMEOUT});
      return false;
    }
  }
  // Makes a call, or a step of a stream, hang. Retries if its deadline passes before it could.
  void Hang(RawClient& client, int id, const char* method) {
    const std::string_view deadline_of = std::string_view(method) == "faulty.hang" ? method : "";
    ASSERT_TRUE(WithGrowingDeadline(
        server_.server(),
        [&](milliseconds deadline) {
          client.Send(RequestMessage(id, method, {{"progressToken", id}}));
          const auto end = std::chrono::steady_clock::now() + kPatience;
          while (!event_.WaitUntilEntered(2 * deadline)) {
            // A stream may be open although its first step has not started.
            if (IsAnswered(client, ErrorMessageFor(id, ErrorCode::kDeadlineExceeded))) return false;
            if (std::chrono::steady_clock::now() < end) continue;
            ADD_FAILURE() << method << " neither hangs nor is answered";
            break;
          }
          return true;
        },
        deadline_of));
  }
  // A call that never ends by itself is answered at its deadline.
  void ExpectHangs(RawClient& client, int id) {
    Hang(client, id, "faulty.hang");
    EXPECT_EQ(client.Read(), ErrorMessageFor(id, ErrorCode::kDeadlineExceeded));
  }
  void TearDown() override {
    EXPECT_TRUE(bystander_.IsAnswered()) << bystander_.fault();
    event_.Set();
  }
};

TEST_F(ModuleQuarantineTest, HangingCallsAreAnsweredAndTooManyQuarantineTheModule) {
  RawClient client(server_.pipe_path());
  ExpectHangs(client, 1);
  ExpectHangs(client, 2);
  ASSERT_TRUE(AnswersUntil([&] { return State().overdue_calls == 2; })) << bystander_.fault();
  EXPECT_FALSE(State().is_quarantined);
  EXPECT_EQ(client.Call("faulty.log").at("result"), 1);

  ExpectHangs(client, 3);
  ASSERT_TRUE(AnswersUntil([&] { return State().is_quarantined; })) << bystander_.fault();
  EXPECT_EQ(State().overdue_calls, 3U);
  const Json refused = client.Call("faulty.log");
  EXPECT_EQ(ErrorCodeOf(refused), static_cast<int>(ErrorCode::kInternalError)) << refused;
  EXPECT_EQ(refused.at("error").at("message"), kOutOfService);
  client.Send(RequestMessage(9, "faulty.throwingStream", {{"progressToken", 1}}));
  const auto no_stream = client.Read();
  ASSERT_TRUE(no_stream.has_value());
  EXPECT_EQ(no_stream->at("error").at("message"), kOutOfService);

  const std::string log = server_.ModuleLog();
  EXPECT_NE(
      log.find("WARNING a module call is still running after its deadline module=faulty method=faulty.hang"),
      std::string::npos)
      << log;
  EXPECT_NE(log.find("ERROR a module is quarantined until the service is restarted module=faulty overdue=3"),
            std::string::npos)
      << log;

  // Its calls end eventually: that does not bring it back.
  event_.Set();
  ASSERT_TRUE(AnswersUntil([&] { return State().overdue_calls == 0; })) << bystander_.fault();
  EXPECT_TRUE(State().is_quarantined);
  EXPECT_EQ(client.Call("faulty.log").at("error").at("message"), kOutOfService);
}

// A module whose calls honour their stop is not to blame for deadlines.
TEST_F(ModuleQuarantineTest, CallsThatEndAtTheirDeadlineDoNotCount) {
  RawClient client(server_.pipe_path());
  for (int id = 1; id <= 10; ++id) client.Send(RequestMessage(id, "faulty.untilStopped"));
  for (int i = 0; i < 10; ++i) {
    const auto answer = client.Read();
    ASSERT_TRUE(answer.has_value());
    const bool has_ended = answer->contains("result") && answer->at("result") == "stopped";
    EXPECT_TRUE(has_ended || ErrorCodeOf(*answer) == static_cast<int>(ErrorCode::kDeadlineExceeded))
        << *answer;
  }
  // Until a later call of another module is overdue: by then these have been checked.
  ExpectHangs(client, 11);
  ASSERT_TRUE(AnswersUntil([&] { return State().overdue_calls == 1; })) << bystander_.fault();
  EXPECT_FALSE(State().is_quarantined);
}

TEST_F(ModuleQuarantineTest, ACallWhoseClientDisconnectedCountsAsWell) {
  for (int i = 0; i < 3; ++i) {
    RawClient client(server_.pipe_path());
    Hang(client, 1, "faulty.hang");
  }
  ASSERT_TRUE(AnswersUntil([&] { return State().is_quarantined; })) << bystander_.fault();
}

TEST_F(ModuleQuarantineTest, AStreamWhoseStepHangsCountsAsWell) {
  RawClient client(server_.pipe_path());
  for (int id = 1; id <= 3; ++id) Hang(client, id, "faulty.hangingStream");
  ASSERT_TRUE(AnswersUntil([&] { return State().is_quarantined; })) << bystander_.fault();
  event_.Set();
  // It ends the streams that it had started; its step was the last.
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.Read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->at("result"), "ended") << *answer;
  }
}

TEST_F(ModuleQuarantineTest, AStreamWhoseCloseHangsCountsAsWell) {
  for (int i = 0; i < 3; ++i) {
    RawClient client(server_.pipe_path());
    ASSERT_TRUE(WithGrowingDeadline(server_.server(), [&](milliseconds) {
      client.Send(RequestMessage(1, "faulty.hangingClose", {{"progressToken", 1}}));
      const auto piece = client.Read();
      EXPECT_TRUE(piece.has_value());
      return piece != ErrorMessageFor(1, ErrorCode::kDeadlineExceeded);
    }));
  }
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(event_.WaitUntilEntered());
  ASSERT_TRUE(AnswersUntil([&] { return State().is_quarantined; })) << bystander_.fault();
  event_.Set();
  ASSERT_TRUE(AnswersUntil([&] { return State().overdue_calls == 0; })) << bystander_.fault();
}

}  // namespace
}  // namespace onbehalf::test
