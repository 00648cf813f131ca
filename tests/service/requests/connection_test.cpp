#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

#include "gate.h"
#include "messages.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "raw_client.h"
#include "support/patience.h"
#include "test_server.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;

// A client in message mode: one read gives one message of the server.
class MessageModeClient {
 public:
  explicit MessageModeClient(const std::string& path) : client_(path) {
    DWORD mode = PIPE_READMODE_MESSAGE;
    EXPECT_TRUE(::SetNamedPipeHandleState(client_.stream().native(), &mode, nullptr, nullptr));
  }
  void Write(std::string_view bytes) { client_.Write(bytes); }
  std::string ReadMessage() {
    std::array<char, 64 * 1024> buffer;
    return {buffer.data(), client_.stream().Read(buffer, win32::Clock::now() + kPatience).bytes};
  }

 private:
  RawClient client_;
};

TEST(Connection, AnswersInTheSameFramingWithOneMessagePerFrame) {
  TestServer server;
  server.Start();
  {
    MessageModeClient client(server.pipe_path());
    for (int i = 0; i < 3; ++i) {
      client.Write(HeaderFrame(RequestMessage(i, "rpc.none").dump()));
      const std::string answer = client.ReadMessage();
      const std::string body = R"({"jsonrpc":"2.0","id":)" + std::to_string(i) +
                               R"(,"error":{"code":-32601,"message":"There is no such method."}})";
      EXPECT_EQ(answer, "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    }
  }
  MessageModeClient client(server.pipe_path());
  for (int i = 0; i < 3; ++i) {
    client.Write(RequestMessage(i, "rpc.none").dump());
    EXPECT_EQ(client.ReadMessage(), R"({"jsonrpc":"2.0","id":)" + std::to_string(i) +
                                        R"(,"error":{"code":-32601,"message":"There is no such method."}})"
                                        "\n");
  }
}

TEST(Connection, FramesInOneWriteAreAnsweredByOneMessageEach) {
  TestServer server;
  server.Start();
  MessageModeClient client(server.pipe_path());
  std::string bytes;
  for (int i = 0; i < 5; ++i) bytes += HeaderFrame(RequestMessage(i, "rpc.ping").dump());
  client.Write(bytes);
  for (int i = 0; i < 5; ++i) {
    const std::string answer = client.ReadMessage();
    const std::string_view body = std::string_view(answer).substr(answer.find("\r\n\r\n") + 4);
    EXPECT_EQ(answer.find("Content-Length: " + std::to_string(body.size()) + "\r\n\r\n"), 0U) << answer;
    EXPECT_EQ(Json::parse(body).at("id"), i);
  }
}

TEST(Connection, AFrameMayBeSplitAcrossWrites) {
  TestServer server;
  server.Start();
  const std::string header_frame = HeaderFrame(RequestMessage(1, "rpc.ping").dump());
  const std::string bare_frame = RequestMessage(1, "rpc.ping").dump();
  for (const std::string& frame : {header_frame, bare_frame}) {
    RawClient client(server.pipe_path());
    for (const char byte : frame) client.Write({&byte, 1});
    const auto answer = client.Read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->at("id"), 1);
  }
  // As vscode-jsonrpc writes: header, then body. An empty message is ignored.
  RawClient client(server.pipe_path());
  const std::size_t body = header_frame.find('{');
  client.Write(header_frame.substr(0, body));
  client.Write("");
  client.Write(header_frame.substr(body));
  const auto answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->at("id"), 1);
}

TEST(Connection, AMessageLargerThanOneReadIsOneFrame) {
  TestServer server;
  server.Start();
  RawClient client(server.pipe_path());
  const std::string echo(1024 * 1024, 'x');
  EXPECT_EQ(client.Call("rpc.ping", {{"echo", echo}}).at("result").at("echo"), echo);
  // Mostly white space: far larger than a read, smaller than the frame limit.
  std::string text = RequestMessage("large", "rpc.ping").dump();
  text.insert(1, std::string(3 * 1024 * 1024, ' '));
  client.Write(HeaderFrame(text));
  const auto answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->at("id"), "large");
}

TEST(Connection, EchoesIdsOfEveryLegalTypeUnchanged) {
  TestServer server;
  server.Start();
  MessageModeClient client(server.pipe_path());
  for (const std::string_view id :
       {"0", "1", "-7", "9223372036854775807", "18446744073709551615", "-9223372036854775808", "1.5", "\"\"",
        "\"text\"", R"("\"\\\u0001é")", "null"}) {
    client.Write(R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":"rpc.none"})");
    const std::string answer = client.ReadMessage();
    EXPECT_EQ(answer.find(R"({"jsonrpc":"2.0","id":)" + std::string(id) + ","), 0U) << answer;
  }
}

TEST(Connection, BothParameterFormsReachEveryMethod) {
  TestServer server;
  server.Start();
  RawClient client(server.pipe_path());
  EXPECT_EQ(client.Call("rpc.ping", {{"echo", "a"}}).at("result").at("echo"), "a");
  EXPECT_EQ(client.Call("rpc.ping", Json::array({"b"})).at("result").at("echo"), "b");
  EXPECT_TRUE(client.Call("rpc.ping", Json::array()).contains("result"));
  EXPECT_TRUE(client.Call("rpc.ping", Json::object()).contains("result"));
}

TEST(Connection, UnknownMembersAreTolerated) {
  TestServer server;
  server.Start();
  RawClient client(server.pipe_path());
  Json request = RequestMessage(5, "rpc.ping");
  request["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  client.Send(request);
  const auto answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(answer->contains("result"));
}

TEST(Connection, ResponsesAndUnknownNotificationsAreIgnored) {
  TestServer server;
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(ResultMessage(1, 7));
  client.Send(ErrorMessageFor(2, ErrorCode::kInternalError));
  client.Send(ErrorMessageFor(nullptr, ErrorCode::kInternalError));
  client.Send(NotificationMessage("$/setTrace", {{"value", "off"}}));
  client.Send(NotificationMessage("$/progress", {{"token", 0}, {"value", 1}}));
  client.Send(NotificationMessage("$/cancelRequest", {{"id", 99}}));
  client.Send(NotificationMessage("$/cancelRequest"));
  client.Send(NotificationMessage("$/cancelRequest", Json::array({1, 2})));
  client.Send(NotificationMessage("no.such"));
  client.Send(RequestMessage("last", "rpc.ping"));
  const auto answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->at("id"), "last");
  EXPECT_EQ(server.server().statistics().requests, 1U);
}

TEST(Connection, ANotificationRunsOnceAndIsNeverAnswered) {
  TestServer server;
  std::atomic<int> ran = 0;
  server.methods().Add(PublicMethod("test.count", service::Acts::kAsService, service::Pace::kQuick,
                                    [&](const service::Call&) -> service::MethodResult {
                                      ++ran;
                                      return Json(1);
                                    }));
  server.methods().Add(PublicMethod("test.fail", service::Acts::kAsService, service::Pace::kQuick,
                                    [&](const service::Call&) -> service::MethodResult {
                                      ++ran;
                                      return protocol::Error{ErrorCode::kInternalError, "", nullptr};
                                    }));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(NotificationMessage("test.count"));
  client.Send(NotificationMessage("test.fail"));
  client.Send(NotificationMessage("test.count", {{"unknown", 1}}));  // invalid parameters: does not run
  client.Send(RequestMessage("last", "rpc.ping"));
  const auto answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->at("id"), "last");
  EXPECT_EQ(ran, 2);
}

TEST(Connection, AnIdThatIsInFlightCannotBeUsedAgain) {
  Gate gate;
  TestServer server;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(RequestMessage("a", "test.wait"));
  client.Send(RequestMessage("a", "rpc.ping"));
  EXPECT_EQ(client.Read(), ErrorMessageFor("a", ErrorCode::kInvalidRequest,
                                           "A request with this id has not been answered yet."));
  gate.Open();
  EXPECT_EQ(client.Read(), ResultMessage("a", {{"passed", true}}));
  client.Send(RequestMessage("a", "test.wait"));
  EXPECT_EQ(client.Read(), ResultMessage("a", {{"passed", true}}));
}

TEST(Connection, AnswersAreSentInTheOrderInWhichHandlersEnd) {
  Gate gate;
  TestServer server;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(RequestMessage("slow", "test.wait"));
  client.Send(RequestMessage("quick", "rpc.ping"));
  auto answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->at("id"), "quick");
  gate.Open();
  EXPECT_EQ(client.Read(), ResultMessage("slow", {{"passed", true}}));
}

TEST(Connection, AHandlersExceptionTextIsNotSent) {
  TestServer server;
  for (const auto pace : {service::Pace::kQuick, service::Pace::kMayBlock}) {
    server.methods().Add(PublicMethod(
        pace == service::Pace::kQuick ? "test.quick" : "test.slow", service::Acts::kAsCaller, pace,
        [](const service::Call&) -> service::MethodResult { throw std::runtime_error("C:\\secret\\path"); }));
  }
  server.methods().Add(PublicMethod("test.odd", service::Acts::kAsService, service::Pace::kMayBlock,
                                    [](const service::Call&) -> service::MethodResult { throw 7; }));
  server.methods().Add(
      PublicMethod("test.bytes", service::Acts::kAsService, service::Pace::kQuick,
                   [](const service::Call&) -> service::MethodResult { return Json("\xFF"); }));
  server.Start();
  RawClient client(server.pipe_path());
  for (const char* method : {"test.quick", "test.slow", "test.odd", "test.bytes"}) {
    const Json answer = client.Call(method);
    EXPECT_EQ(ErrorCodeOf(answer), static_cast<int>(ErrorCode::kInternalError)) << method;
    EXPECT_EQ(answer.at("error").at("message"), "The service failed while performing the request.");
    EXPECT_TRUE(answer.at("error").at("data").contains("requestId"));
    EXPECT_EQ(answer.dump().find("secret"), std::string::npos);
  }
}

TEST(Connection, CallNamedPipeWorksWithBareJson) {
  TestServer server;
  server.Start();
  std::string request = RequestMessage(1, "rpc.ping", {{"echo", "hello"}}).dump();
  std::array<char, 4096> answer;
  DWORD bytes = 0;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(::CallNamedPipeW(win32::ToWide(server.pipe_path()).c_str(), request.data(),
                                 static_cast<DWORD>(request.size()), answer.data(),
                                 static_cast<DWORD>(answer.size()), &bytes, NMPWAIT_WAIT_FOREVER))
        << ::GetLastError();
    EXPECT_EQ(Json::parse(std::string_view(answer.data(), bytes)).at("result").at("echo"), "hello");
  }
}

TEST(Connection, TransactNamedPipeWorksWithBareJson) {
  TestServer server;
  server.Start();
  win32::UniqueFile pipe(::CreateFileW(win32::ToWide(server.pipe_path()).c_str(),
                                       GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, 0, nullptr));
  ASSERT_TRUE(pipe);
  DWORD mode = PIPE_READMODE_MESSAGE;
  ASSERT_TRUE(::SetNamedPipeHandleState(pipe.get(), &mode, nullptr, nullptr));
  std::array<char, 4096> answer;
  for (int i = 0; i < 20; ++i) {
    std::string request = RequestMessage(i, "rpc.ping").dump();
    DWORD bytes = 0;
    ASSERT_TRUE(::TransactNamedPipe(pipe.get(), request.data(), static_cast<DWORD>(request.size()),
                                    answer.data(), static_cast<DWORD>(answer.size()), &bytes, nullptr))
        << ::GetLastError();
    EXPECT_EQ(Json::parse(std::string_view(answer.data(), bytes)).at("id"), i);
  }
}

TEST(Connection, AClientThatDisconnectsEndsItsHandlers) {
  Gate gate;
  TestServer server;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  {
    RawClient client(server.pipe_path());
    client.Send(RequestMessage(1, "test.wait"));
    client.Send(RequestMessage(2, "test.wait"));
    ASSERT_TRUE(gate.WaitUntilEntered(2));
  }
  EXPECT_TRUE(gate.WaitUntilLeft(2));
  RawClient next(server.pipe_path());
  EXPECT_TRUE(next.Call("rpc.ping").contains("result"));
}

// A request read with the last write of a client that is gone must not start where nothing would end it.
TEST(Connection, ARequestAfterAFailedWriteIsNotLeftRunning) {
  Gate gate;
  Gate client_is_gone;
  TestServer server;
  server.methods().Add(PublicMethod("test.answer", service::Acts::kAsService, service::Pace::kQuick,
                                    [&](const service::Call&) -> service::MethodResult {
                                      client_is_gone.PassWhatever();
                                      return Json(1);
                                    }));
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  {
    RawClient client(server.pipe_path());
    std::string bytes = HeaderFrame(RequestMessage(1, "test.answer").dump());
    bytes += HeaderFrame(RequestMessage(2, "test.wait").dump());
    Json batch = Json::array();
    for (int id = 10; id < 60; ++id) batch.push_back(RequestMessage(id, "test.wait"));
    bytes += HeaderFrame(batch.dump());
    client.Write(bytes);
    ASSERT_TRUE(client_is_gone.WaitUntilEntered(1));
  }
  client_is_gone.Open();
  const auto begun = std::chrono::steady_clock::now();
  server.server().Stop();
  // Less than the grace time, which is kPatience.
  EXPECT_LT(std::chrono::steady_clock::now() - begun, kPatience / 2);
}

}  // namespace
}  // namespace onbehalf::test
