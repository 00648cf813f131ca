#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "gate.h"
#include "growing_deadline.h"
#include "messages.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "raw_client.h"
#include "support/patience.h"
#include "test_server.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;
using service::Acts;
using service::Call;
using service::MethodResult;
using service::Pace;

// Counts to its parameter and reports each number.
service::Method Counting(std::string name, Acts acts, Pace pace = Pace::kMayBlock) {
  service::Method method = PublicMethod(std::move(name), acts, pace, [](const Call& call) -> MethodResult {
    const int to = call.params.value("to", 3);
    for (int i = 0; i < to; ++i) call.progress.Report({{"i", i}});
    return Json{{"wanted", call.progress.wanted()}, {"params", call.params}};
  });
  method.parameters = {{"to", "", Json{{"type", "integer"}}, false, true}};
  method.reports_progress = true;
  return method;
}

Json ProgressMessage(const Json& token, const Json& value) {
  return NotificationMessage("$/progress", {{"token", token}, {"value", value}});
}

TEST(Progress, ComesInOrderBeforeTheAnswerWithTheGivenToken) {
  TestServer server;
  server.methods().Add(Counting("test.asService", Acts::kAsService));
  server.methods().Add(Counting("test.asCaller", Acts::kAsCaller));
  server.methods().Add(Counting("test.quick", Acts::kAsCaller, Pace::kQuick));
  server.Start();
  RawClient client(server.pipe_path());
  for (const char* method : {"test.asService", "test.asCaller", "test.quick"}) {
    for (const Json& token : {Json(0), Json(-7), Json("token"), Json(""), Json(18446744073709551615ULL)}) {
      client.Send(RequestMessage(1, method, {{"to", 20}, {"progressToken", token}}));
      for (int i = 0; i < 20; ++i) ASSERT_EQ(client.Read(), ProgressMessage(token, {{"i", i}})) << method;
      EXPECT_EQ(client.Read(), ResultMessage(1, {{"wanted", true}, {"params", {{"to", 20}}}})) << method;
    }
  }
}

TEST(Progress, TokenMayFollowPositionalParameters) {
  TestServer server;
  server.methods().Add(Counting("test.count", Acts::kAsService));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(RequestMessage(2, "test.count", Json::array({1, 0})));
  EXPECT_EQ(client.Read(), ProgressMessage(0, {{"i", 0}}));
  EXPECT_EQ(client.Read(), ResultMessage(2, {{"wanted", true}, {"params", {{"to", 1}}}}));
  client.Send(RequestMessage(3, "test.count", Json::array({1})));
  EXPECT_EQ(client.Read(), ResultMessage(3, {{"wanted", false}, {"params", {{"to", 1}}}}));
  client.Send(RequestMessage(4, "test.count", Json::array({1, 0, 0})));
  EXPECT_EQ(client.Read(), ErrorMessageFor(4, ErrorCode::kInvalidParams,
                                           "expected at most 1 parameters and a progress token, got 3"));
}

TEST(Progress, ATokenOfAnotherTypeIsRefused) {
  TestServer server;
  server.methods().Add(Counting("test.count", Acts::kAsService));
  server.Start();
  RawClient client(server.pipe_path());
  for (const auto& [token, got] :
       {std::pair(Json(1.5), "another number"), std::pair(Json(true), "a boolean"),
        std::pair(Json::array(), "an array"), std::pair(Json::object(), "an object")}) {
    const std::string message =
        std::string("progressToken: expected a string or an integer of at most 1024 characters, got ") + got;
    client.Send(RequestMessage(1, "test.count", {{"progressToken", token}}));
    EXPECT_EQ(client.Read(), ErrorMessageFor(1, ErrorCode::kInvalidParams, message));
    client.Send(RequestMessage(2, "test.count", Json::array({1, token})));
    EXPECT_EQ(client.Read(), ErrorMessageFor(2, ErrorCode::kInvalidParams, message));
  }
  client.Send(RequestMessage(1, "test.count", {{"progressToken", std::string(1025, 'x')}}));
  EXPECT_EQ(ErrorCodeOf(client.Read().value()), static_cast<int>(ErrorCode::kInvalidParams));
}

// Users of vscode-jsonrpc add the member to everything they send.
TEST(Progress, MethodsWithoutProgressIgnoreANamedTokenAndRefuseAPositionalOne) {
  TestServer server;
  server.Start();
  RawClient client(server.pipe_path());
  for (const Json& token : {Json(1), Json("x"), Json(nullptr), Json::array()}) {
    const Json answer = client.Call("rpc.ping", {{"echo", "a"}, {"progressToken", token}});
    EXPECT_EQ(answer.at("result").at("echo"), "a") << answer;
  }
  const Json answer = client.Call("rpc.ping", Json::array({"a", 0}));
  EXPECT_EQ(answer.at("error").at("message"), "expected at most 1 parameters, got 2");
}

TEST(Progress, TheTokenIsNotInTheAudit) {
  TestServer server;
  server.methods().Add(Counting("test.count", Acts::kAsService));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(RequestMessage(1, "test.count", {{"to", 0}, {"progressToken", "a-token"}}));
  ASSERT_TRUE(client.Read().has_value());
  bool found = false;
  for (const Json& line : server.AuditLines()) {
    EXPECT_EQ(line.dump().find("a-token"), std::string::npos) << line;
    if (line.value("event", "") != "decision" || line.value("method", "") != "test.count") continue;
    found = true;
    EXPECT_EQ(line.at("params"), (Json{{"to", 0}})) << line;
  }
  EXPECT_TRUE(found);
}

TEST(Progress, NotificationsHaveNoProgress) {
  TestServer server;
  server.methods().Add(Counting("test.count", Acts::kAsService, Pace::kQuick));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(NotificationMessage("test.count", {{"progressToken", 1}}));
  client.Send(RequestMessage(1, "rpc.none"));
  EXPECT_EQ(client.Read(), ErrorMessageFor(1, ErrorCode::kMethodNotFound));
}

TEST(Progress, InABatchComesInFramesOfItsOwnBeforeTheAnswers) {
  TestServer server;
  server.methods().Add(Counting("test.count", Acts::kAsCaller));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(Json::array({RequestMessage(1, "test.count", {{"to", 3}, {"progressToken", "a"}}),
                           RequestMessage(2, "test.count", {{"to", 3}, {"progressToken", "b"}})}));
  std::array<int, 2> next{};
  for (int i = 0; i < 6; ++i) {
    const auto message = client.Read();
    ASSERT_TRUE(message && message->is_object());
    const Json& params = message->at("params");
    EXPECT_EQ(params.at("value").at("i"), next[params.at("token") == "a" ? 0 : 1]++);
  }
  const auto answers = client.Read();
  ASSERT_TRUE(answers && answers->is_array());
  EXPECT_EQ(answers->size(), 2U);
}

TEST(Progress, ComesInBareJsonToo) {
  TestServer server;
  server.methods().Add(Counting("test.count", Acts::kAsCaller));
  server.Start();
  RawClient client(server.pipe_path());
  client.Write(RequestMessage(1, "test.count", {{"to", 2}, {"progressToken", 5}}).dump() + "\n");
  EXPECT_EQ(client.ReadText(),
            R"({"jsonrpc":"2.0","method":"$/progress","params":{"token":5,"value":{"i":0}}})");
  EXPECT_EQ(client.ReadText(),
            R"({"jsonrpc":"2.0","method":"$/progress","params":{"token":5,"value":{"i":1}}})");
  EXPECT_EQ(client.ReadText(), R"({"jsonrpc":"2.0","id":1,"result":{"params":{"to":2},"wanted":true}})");
}

// The handler keeps reporting after its request has been answered: none of that may be sent.
TEST(Progress, NeverComesAfterTheAnswer) {
  Gate gate;
  TestServer server;
  service::Method method =
      PublicMethod("test.late", Acts::kAsCaller, Pace::kMayBlock, [&](const Call& call) -> MethodResult {
        call.progress.Report("first");
        ::WaitForSingleObject(call.stop_event.handle(), INFINITE);
        gate.PassWhatever();
        for (int i = 0; i < 100; ++i) call.progress.Report("late");
        return Json("late");
      });
  method.reports_progress = true;
  server.methods().Add(std::move(method));
  server.Start();
  RawClient client(server.pipe_path());
  const Json answer = ErrorMessageFor(1, ErrorCode::kDeadlineExceeded);
  ASSERT_TRUE(WithGrowingDeadline(server, [&](std::chrono::milliseconds) {
    client.Send(RequestMessage(1, "test.late", {{"progressToken", 1}}));
    const auto message = client.Read();
    if (message == answer) return false;
    EXPECT_EQ(message, ProgressMessage(1, "first"));
    EXPECT_EQ(client.Read(), answer);
    return true;
  }));
  gate.Open();
  ASSERT_TRUE(gate.WaitUntilLeft(1));
  for (int id = 2; id < 30; ++id) {
    client.Send(RequestMessage(id, "rpc.none"));
    ASSERT_EQ(client.Read(), ErrorMessageFor(id, ErrorCode::kMethodNotFound));
  }
}

// Its values take no thread from others, however fast they come.
TEST(Progress, FromABusyHandlerBlocksNoOthers) {
  TestServer server;
  server.settings().threads.io = 2;
  service::Method method =
      PublicMethod("test.chatter", Acts::kAsCaller, Pace::kMayBlock, [](const Call& call) -> MethodResult {
        while (!call.stop.stop_requested()) call.progress.Report("x");
        throw win32::Win32Error(ERROR_CANCELLED, "test.chatter");
      });
  method.reports_progress = true;
  server.methods().Add(std::move(method));
  server.Start();
  RawClient client(server.pipe_path());
  RawClient other(server.pipe_path());
  client.Send(RequestMessage(1, "test.chatter", {{"progressToken", 1}}));
  ASSERT_EQ(client.Read(), ProgressMessage(1, "x"));
  std::atomic<bool> answered = false;
  std::jthread reading([&] {
    for (;;) {
      const auto message = client.Read();
      ASSERT_TRUE(message.has_value());
      if (!message->contains("id")) continue;
      EXPECT_EQ(*message, ErrorMessageFor(1, ErrorCode::kRequestCancelled));
      answered = true;
      return;
    }
  });
  for (int i = 0; i < 50; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    ASSERT_TRUE(other.Call("rpc.ping").contains("result"));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, kPatience / 2);
  }
  EXPECT_FALSE(answered);
  client.Send(CancelMessage(1));
  reading.join();
  EXPECT_TRUE(answered);
}

// The response does not wait for the handler's last report, which may never come.
TEST(Progress, ThatNeverStopsDoesNotDelayTheAnswer) {
  // Large, so that only few of them come before the response: reading each takes a while when the handler
  // occupies a processor.
  const std::string value(4 * 1024, 'x');
  std::atomic<bool> released = false;
  TestServer server;
  service::Method method =
      PublicMethod("test.chatter", Acts::kAsCaller, Pace::kMayBlock, [&](const Call& call) -> MethodResult {
        while (!released) call.progress.Report(value);
        return Json("done");
      });
  method.reports_progress = true;
  server.methods().Add(std::move(method));
  server.Start();
  RawClient client(server.pipe_path());
  EXPECT_TRUE(WithGrowingDeadline(server, [&](std::chrono::milliseconds) {
    client.Send(RequestMessage(1, "test.chatter", {{"progressToken", 1}}));
    const auto until = std::chrono::steady_clock::now() + kPatience;
    bool has_reported = false;
    std::optional<Json> message = client.Read();
    while (message && !message->contains("id") && std::chrono::steady_clock::now() < until) {
      has_reported = true;
      message = client.Read();
    }
    EXPECT_EQ(message, ErrorMessageFor(1, ErrorCode::kDeadlineExceeded));
    return has_reported;
  }));
  released = true;
}

// A client that does not read: the handler is not blocked, the queue is bounded, and the newest value arrives
// at the end.
TEST(Progress, ForASlowReaderKeepsOnlyTheNewestValue) {
  constexpr int kReports = 20'000;
  constexpr std::size_t kValue = 1024;
  TestServer server;
  server.settings().limits.progress_queue_bytes = 64 * 1024;
  Gate reported;
  reported.Open();
  service::Method method =
      PublicMethod("test.flood", Acts::kAsCaller, Pace::kMayBlock, [&](const Call& call) -> MethodResult {
        for (int i = 0; i < kReports; ++i)
          call.progress.Report({{"i", i}, {"fill", std::string(kValue, 'x')}});
        reported.PassWhatever();
        return Json("done");
      });
  method.reports_progress = true;
  server.methods().Add(std::move(method));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(RequestMessage(1, "test.flood", {{"progressToken", 1}}));
  // The handler has ended although the client has read nothing.
  ASSERT_TRUE(reported.WaitUntilLeft(1));
  int values = 0;
  int last = -1;
  for (;;) {
    const auto message = client.Read();
    ASSERT_TRUE(message.has_value());
    if (message->contains("result")) break;
    const int i = message->at("params").at("value").at("i").get<int>();
    ASSERT_GT(i, last);
    last = i;
    ++values;
  }
  EXPECT_EQ(last, kReports - 1);
  // What the pipe holds, what may be queued, and one more.
  EXPECT_LT(values, kReports / 4);
}

TEST(Progress, AValueThatCannotBeSentIsAnInternalError) {
  TestServer server;
  server.settings().limits.response_bytes = 10'000;
  for (const bool too_large : {false, true}) {
    service::Method method =
        PublicMethod(too_large ? "test.large" : "test.bytes", Acts::kAsCaller, Pace::kMayBlock,
                     [too_large](const Call& call) -> MethodResult {
                       call.progress.Report(too_large ? std::string(20'000, 'x') : "\xFF");
                       return Json("done");
                     });
    method.reports_progress = true;
    server.methods().Add(std::move(method));
  }
  server.Start();
  RawClient client(server.pipe_path());
  for (const char* method : {"test.large", "test.bytes"}) {
    client.Send(RequestMessage(1, method, {{"progressToken", 1}}));
    EXPECT_EQ(ErrorCodeOf(client.Read().value()), static_cast<int>(ErrorCode::kInternalError));
    client.Send(RequestMessage(1, method));
    EXPECT_EQ(client.Read(), ResultMessage(1, "done"));
  }
}

TEST(Progress, OfAuditVerifyCountsFilesAndLines) {
  TestServer server;
  server.Start();
  RawClient client(server.pipe_path());
  for (int i = 0; i < 10; ++i) client.Call("rpc.ping");
  client.Send(RequestMessage("v", "audit.verify", {{"progressToken", "p"}}));
  std::vector<Json> values;
  for (;;) {
    const auto message = client.Read();
    ASSERT_TRUE(message.has_value());
    if (message->contains("id")) {
      EXPECT_EQ(message->at("result").at("ok"), true) << *message;
      break;
    }
    EXPECT_EQ(message->at("params").at("token"), "p");
    values.push_back(message->at("params").at("value"));
  }
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[0], (Json{{"done", 0}, {"total", 1}, {"lines", 0}}));
  EXPECT_EQ(values[1].at("done"), 1);
  EXPECT_GE(values[1].at("lines").get<int>(), 21);
}

}  // namespace
}  // namespace onbehalf::test
