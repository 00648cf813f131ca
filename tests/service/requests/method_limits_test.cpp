#include "requests/method_limits.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gate.h"
#include "growing_deadline.h"
#include "messages.h"
#include "onbehalf/win32/lock.h"
#include "raw_client.h"
#include "support/patience.h"
#include "test_server.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;
using service::Settings;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kMethod = "test.wait";

Settings::MethodLimits Handlers(std::size_t all) {
  Settings::MethodLimits limits;
  limits.handlers = all;
  return limits;
}

Settings::MethodLimits HandlersPerAccount(std::size_t each) {
  Settings::MethodLimits limits;
  limits.handlers_per_account = each;
  return limits;
}

Settings::MethodLimits Deadline(milliseconds deadline) {
  Settings::MethodLimits limits;
  limits.deadline = deadline;
  return limits;
}

// Sets the limits of test.wait from the next request on, for open connections too.
void SetLimits(TestServer& server, const Settings::MethodLimits& limits) {
  server.live_settings()->Change([&](const Settings& now) {
    Settings next = now;
    next.methods.limits[kMethod] = limits;
    return next;
  });
}

// Whether `client` gets a place while the gate is empty. The previous holder's place may be freed a moment
// later.
bool GetsAPlace(RawClient& client, Gate& gate) {
  const auto until = win32::Clock::now() + kPatience;
  gate.Admit(1);
  while (win32::Clock::now() < until) {
    const Json answer = client.Call(kMethod);
    if (answer.contains("result")) return true;
    EXPECT_EQ(ErrorCodeOf(answer), static_cast<int>(ErrorCode::kBusy)) << answer;
  }
  return false;
}

// A server with test.wait, which has limits of its own, and test.other, whose handlers each wait at a gate.
class MethodLimitsTest : public testing::Test {
 protected:
  void Start(const Settings::MethodLimits& limits) {
    server_.settings().methods.limits[kMethod] = limits;
    server_.methods().Add(gate_.AsMethod(kMethod));
    server_.methods().Add(other_gate_.AsMethod("test.other"));
    server_.Start();
  }
  RawClient Connect() { return RawClient(server_.pipe_path()); }

  Gate gate_;
  Gate other_gate_;
  TestServer server_;
};

TEST_F(MethodLimitsTest, AMethodsHandlersAreLimitedAndOthersAreNotAffected) {
  Start(Handlers(2));
  RawClient one = Connect();
  RawClient two = Connect();
  one.Send(RequestMessage(1, kMethod));
  two.Send(RequestMessage(2, kMethod));
  ASSERT_TRUE(gate_.WaitUntilEntered(2));
  one.Send(RequestMessage(3, kMethod));
  EXPECT_EQ(one.Read(), ErrorMessageFor(3, ErrorCode::kBusy));
  two.Send(RequestMessage(4, kMethod));
  EXPECT_EQ(two.Read(), ErrorMessageFor(4, ErrorCode::kBusy));
  for (int id = 5; id < 13; ++id) one.Send(RequestMessage(id, "test.other"));
  EXPECT_TRUE(other_gate_.WaitUntilEntered(8));
  gate_.Open();
  EXPECT_EQ(two.Read(), ResultMessage(2, {{"passed", true}}));
  EXPECT_EQ(gate_.max_at_once(), 2U);
  // Every place was freed before its response was sent.
  EXPECT_EQ(one.Read(), ResultMessage(1, {{"passed", true}}));
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(two.Call(kMethod).contains("result"));
  other_gate_.Open();
}

TEST_F(MethodLimitsTest, AnAccountsHandlersOfAMethodAreLimited) {
  Start(HandlersPerAccount(1));
  RawClient one = Connect();
  RawClient two = Connect();
  one.Send(RequestMessage(1, kMethod));
  ASSERT_TRUE(gate_.WaitUntilEntered(1));
  two.Send(RequestMessage(2, kMethod));
  EXPECT_EQ(two.Read(), ErrorMessageFor(2, ErrorCode::kBusy));
  gate_.Open();
  EXPECT_EQ(one.Read(), ResultMessage(1, {{"passed", true}}));
  EXPECT_TRUE(two.Call(kMethod).contains("result"));
}

TEST_F(MethodLimitsTest, ARequestRefusedByTheAccountsLimitFreesItsPlace) {
  server_.settings().limits.handlers_per_account = 1;
  Start(Handlers(1));
  RawClient client = Connect();
  client.Send(RequestMessage(1, "test.other"));
  ASSERT_TRUE(other_gate_.WaitUntilEntered(1));
  for (int id = 2; id < 6; ++id) {
    client.Send(RequestMessage(id, kMethod));
    EXPECT_EQ(client.Read(), ErrorMessageFor(id, ErrorCode::kBusy));
  }
  other_gate_.Open();
  EXPECT_EQ(client.Read(), ResultMessage(1, {{"passed", true}}));
  gate_.Open();
  EXPECT_TRUE(client.Call(kMethod).contains("result"));
}

TEST_F(MethodLimitsTest, ACancelFreesThePlace) {
  Start(Handlers(1));
  RawClient one = Connect();
  RawClient two = Connect();
  one.Send(RequestMessage(1, kMethod));
  ASSERT_TRUE(gate_.WaitUntilEntered(1));
  one.Send(CancelMessage(1));
  EXPECT_EQ(one.Read(), ErrorMessageFor(1, ErrorCode::kRequestCancelled));
  EXPECT_TRUE(GetsAPlace(two, gate_));
}

TEST_F(MethodLimitsTest, ADisconnectedClientFreesThePlace) {
  Start(Handlers(1));
  {
    RawClient gone = Connect();
    gone.Send(RequestMessage(1, kMethod));
    ASSERT_TRUE(gate_.WaitUntilEntered(1));
  }
  ASSERT_TRUE(gate_.WaitUntilLeft(1));
  RawClient two = Connect();
  EXPECT_TRUE(GetsAPlace(two, gate_));
}

TEST_F(MethodLimitsTest, AnErrorAnExceptionAndInvalidParametersFreeThePlace) {
  server_.settings().methods.limits["test.fails"] = Handlers(1);
  server_.methods().Add(PublicMethod("test.fails", service::Acts::kAsService, service::Pace::kMayBlock,
                                     [throws = false](const service::Call&) mutable -> service::MethodResult {
                                       throws = !throws;
                                       if (throws) throw std::runtime_error("a defect");
                                       return protocol::Error{ErrorCode::kInvalidParams, "no", nullptr};
                                     }));
  server_.Start();
  RawClient client = Connect();
  for (int round = 0; round < 4; ++round) {
    EXPECT_EQ(ErrorCodeOf(client.Call("test.fails")), static_cast<int>(ErrorCode::kInternalError));
    EXPECT_EQ(ErrorCodeOf(client.Call("test.fails", {{"unknown", 1}})),
              static_cast<int>(ErrorCode::kInvalidParams));
    EXPECT_EQ(client.Call("test.fails").at("error").at("message"), "no");
  }
}

TEST_F(MethodLimitsTest, APlaceIsHeldAfterTheDeadlineUntilTheHandlerHasEnded) {
  server_.settings().methods.limits["test.deaf"] = Handlers(1);
  server_.methods().Add(PublicMethod("test.deaf", service::Acts::kAsService, service::Pace::kMayBlock,
                                     [this](const service::Call&) -> service::MethodResult {
                                       gate_.PassWhatever();
                                       return Json("late");
                                     }));
  server_.Start();
  RawClient client = Connect();
  ASSERT_TRUE(WithGrowingDeadline(
      server_,
      [&](milliseconds) {
        client.Send(RequestMessage(1, "test.deaf"));
        EXPECT_EQ(client.Read(), ErrorMessageFor(1, ErrorCode::kDeadlineExceeded));
        return gate_.entered() > 0;
      },
      "test.deaf"));
  client.Send(RequestMessage(2, "test.deaf"));
  EXPECT_EQ(client.Read(), ErrorMessageFor(2, ErrorCode::kBusy));
  gate_.Open();
  ASSERT_TRUE(gate_.WaitUntilLeft(1));
  const auto until = win32::Clock::now() + kPatience;
  Json answer;
  do {
    answer = client.Call("test.deaf");
  } while (ErrorCodeOf(answer) == static_cast<int>(ErrorCode::kBusy) && win32::Clock::now() < until);
  EXPECT_NE(ErrorCodeOf(answer), static_cast<int>(ErrorCode::kBusy));
}

TEST_F(MethodLimitsTest, TheRequestsOfABatchTakeTurnsInsteadOfBeingRefused) {
  Start(Handlers(1));
  gate_.Open();
  Json batch = Json::array();
  for (int id = 0; id < 20; ++id) batch.push_back(RequestMessage(id, kMethod));
  RawClient client = Connect();
  client.Send(batch);
  const auto answers = client.Read();
  ASSERT_TRUE(answers.has_value());
  ASSERT_EQ(answers->size(), 20U);
  for (const Json& answer : *answers) EXPECT_TRUE(answer.contains("result")) << answer;
  EXPECT_EQ(gate_.max_at_once(), 1U);
}

TEST_F(MethodLimitsTest, TheQuickMethodsHaveLimitsToo) {
  server_.settings().methods.limits["test.quick"] = Handlers(1);
  server_.settings().threads.io = 4;
  server_.methods().Add(PublicMethod("test.quick", service::Acts::kAsService, service::Pace::kQuick,
                                     [this](const service::Call&) -> service::MethodResult {
                                       gate_.PassWhatever();
                                       return Json("done");
                                     }));
  server_.Start();
  RawClient one = Connect();
  RawClient two = Connect();
  one.Send(RequestMessage(1, "test.quick"));
  ASSERT_TRUE(gate_.WaitUntilEntered(1));
  EXPECT_EQ(ErrorCodeOf(two.Call("test.quick")), static_cast<int>(ErrorCode::kBusy));
  gate_.Open();
  EXPECT_EQ(one.Read(), ResultMessage(1, "done"));
  EXPECT_EQ(two.Call("test.quick").at("result"), "done");
}

// ---- Deadlines ----

TEST_F(MethodLimitsTest, AMethodsDeadlineMayBeShorterThanTheDefault) {
  Start(Deadline(milliseconds(200)));
  RawClient client = Connect();
  const auto begun = win32::Clock::now();
  client.Send(RequestMessage(1, "test.other"));
  client.Send(RequestMessage(2, kMethod));
  EXPECT_EQ(client.Read(), ErrorMessageFor(2, ErrorCode::kDeadlineExceeded));
  const auto took = win32::Clock::now() - begun;
  EXPECT_GE(took, milliseconds(200));
  // The check runs at least every quarter of a second, and the other deadline is kPatience.
  EXPECT_LT(took, kPatience / 2);
  other_gate_.Open();
  EXPECT_EQ(client.Read(), ResultMessage(1, {{"passed", true}}));
}

TEST_F(MethodLimitsTest, AMethodsDeadlineMayBeLongerThanTheDefault) {
  server_.settings().limits.request_deadline = milliseconds(200);
  Start(Deadline(std::chrono::hours(1)));
  RawClient client = Connect();
  client.Send(RequestMessage(1, kMethod));
  ASSERT_TRUE(gate_.WaitUntilEntered(1));
  // Read later, but due earlier.
  client.Send(RequestMessage(2, "test.other"));
  EXPECT_EQ(client.Read(), ErrorMessageFor(2, ErrorCode::kDeadlineExceeded));
  gate_.Open();
  EXPECT_EQ(client.Read(), ResultMessage(1, {{"passed", true}}));
}

TEST_F(MethodLimitsTest, TheHandlerIsToldItsMethodsDeadline) {
  server_.settings().methods.limits["test.deadline"] = Deadline(seconds(3600));
  server_.methods().Add(PublicMethod("test.deadline", service::Acts::kAsService, service::Pace::kMayBlock,
                                     [](const service::Call& call) -> service::MethodResult {
                                       const auto left = call.deadline - std::chrono::steady_clock::now();
                                       return Json(left > seconds(1800) && left <= seconds(3600));
                                     }));
  server_.Start();
  RawClient client = Connect();
  EXPECT_EQ(client.Call("test.deadline").at("result"), true);
}

// ---- Changed while the service runs ----

TEST_F(MethodLimitsTest, ARaisedLimitAdmitsMoreAtOnce) {
  Start(Handlers(1));
  RawClient client = Connect();
  client.Send(RequestMessage(1, kMethod));
  ASSERT_TRUE(gate_.WaitUntilEntered(1));
  client.Send(RequestMessage(2, kMethod));
  EXPECT_EQ(client.Read(), ErrorMessageFor(2, ErrorCode::kBusy));
  SetLimits(server_, Handlers(2));
  client.Send(RequestMessage(3, kMethod));
  ASSERT_TRUE(gate_.WaitUntilEntered(2));
  client.Send(RequestMessage(4, kMethod));
  EXPECT_EQ(client.Read(), ErrorMessageFor(4, ErrorCode::kBusy));
  // Running handlers count towards the new limit.
  SetLimits(server_, Handlers(1));
  gate_.Admit(1);
  EXPECT_TRUE(client.Read().value().contains("result"));
  client.Send(RequestMessage(5, kMethod));
  EXPECT_EQ(client.Read(), ErrorMessageFor(5, ErrorCode::kBusy));
  gate_.Open();
  EXPECT_TRUE(client.Read().value().contains("result"));
  EXPECT_TRUE(client.Call(kMethod).contains("result"));
}

TEST_F(MethodLimitsTest, AddingOrRemovingALimitKeepsTheCountRight) {
  Start(Handlers(1));
  RawClient client = Connect();
  client.Send(RequestMessage(1, kMethod));
  ASSERT_TRUE(gate_.WaitUntilEntered(1));
  SetLimits(server_, {});
  client.Send(RequestMessage(2, kMethod));
  ASSERT_TRUE(gate_.WaitUntilEntered(2));
  // The second is not counted: it started when there was no limit.
  SetLimits(server_, Handlers(2));
  client.Send(RequestMessage(3, kMethod));
  ASSERT_TRUE(gate_.WaitUntilEntered(3));
  client.Send(RequestMessage(4, kMethod));
  EXPECT_EQ(client.Read(), ErrorMessageFor(4, ErrorCode::kBusy));
  gate_.Open();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(client.Read().value().contains("result"));
  SetLimits(server_, Handlers(1));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(client.Call(kMethod).contains("result"));
}

TEST_F(MethodLimitsTest, AChangedDeadlineAppliesToTheNextRequest) {
  server_.settings().limits.request_deadline = std::chrono::hours(1);
  Start({});
  RawClient client = Connect();
  client.Send(RequestMessage(1, kMethod));
  ASSERT_TRUE(gate_.WaitUntilEntered(1));
  SetLimits(server_, Deadline(milliseconds(100)));
  client.Send(RequestMessage(2, kMethod));
  EXPECT_EQ(client.Read(), ErrorMessageFor(2, ErrorCode::kDeadlineExceeded));
  gate_.Open();
  EXPECT_EQ(client.Read(), ResultMessage(1, {{"passed", true}}));
}

// ---- What cannot be ----

class CheckMethodLimitsTest : public MethodLimitsTest {
 protected:
  CheckMethodLimitsTest() {
    server_.methods().Add(gate_.AsMethod(kMethod));
    service::Method stream = gate_.AsMethod("test.stream");
    stream.handler = nullptr;
    stream.stream = [](const service::Call&, service::Waker) {
      return service::Result<std::unique_ptr<service::Stream>>(
          protocol::Error{ErrorCode::kInternalError, "never opened", nullptr});
    };
    server_.methods().Add(std::move(stream));
  }
  std::string Faults(const std::string& method, const Settings::MethodLimits& limits,
                     service::KnownMethods known = service::KnownMethods::kAll) {
    Settings settings = settings_;
    settings.methods.limits[method] = limits;
    std::vector<service::SettingsFault> faults;
    service::CheckMethodLimits(settings, server_.methods(), known, faults);
    std::string text;
    for (const auto& fault : faults) text += fault.key + ": " + fault.message + "\n";
    return text;
  }

  Settings settings_;
};

TEST_F(CheckMethodLimitsTest, AnUnknownMethodIsAFaultThatSuggestsTheNearest) {
  EXPECT_EQ(Faults(kMethod, Handlers(1)), "");
  EXPECT_EQ(Faults("rpc.pnig", Handlers(1)),
            "methods.limits.rpc.pnig: unknown key; did you mean rpc.ping?\n");
  EXPECT_EQ(
      Faults("something.entirelyDifferent", Handlers(1)),
      "methods.limits.something.entirelyDifferent: unknown key; 'onbehalf methods' lists the methods\n");
}

TEST_F(CheckMethodLimitsTest, WithoutModulesOnlyTheServicesOwnNamespacesAreChecked) {
  constexpr auto kWithoutModules = service::KnownMethods::kWithoutModules;
  const std::string fault =
      "methods.limits.company.reconcile: unknown key; 'onbehalf methods' lists the methods\n";
  EXPECT_EQ(Faults("company.reconcile", Handlers(1), kWithoutModules), fault) << "no module will be loaded";
  settings_.modules.load["company"] = "{}";
  EXPECT_EQ(Faults("company.reconcile", Handlers(1), kWithoutModules), "");
  EXPECT_EQ(Faults("company.reconcile", Handlers(1)), fault);
  EXPECT_EQ(Faults("rpc.pnig", Handlers(1), kWithoutModules),
            "methods.limits.rpc.pnig: unknown key; did you mean rpc.ping?\n");
}

TEST_F(CheckMethodLimitsTest, ADeadlineForAStreamIsAFaultButALimitIsNot) {
  EXPECT_EQ(Faults("test.stream", Deadline(seconds(1))),
            "methods.limits.test.stream.deadline_ms: the method is a stream, which has no deadline\n");
  EXPECT_EQ(Faults("test.stream", HandlersPerAccount(2)), "");
}

}  // namespace
}  // namespace onbehalf::test
