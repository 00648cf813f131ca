#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "messages.h"
#include "onbehalf/protocol/foreign_message.h"
#include "raw_client.h"
#include "support/handle_count.h"
#include "test_server.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;

constexpr const char* kPing = R"({"jsonrpc":"2.0","id":1,"method":"rpc.ping"})";

// A stream that can no longer be trusted: one error with a null id, then the connection is closed.
struct BadStream {
  std::string name;
  std::string bytes;
  ErrorCode code;
  std::string message;
};

// Called by GoogleTest: names the parameter in test names.
void PrintTo(const BadStream& bad, std::ostream* out) { *out << bad.name; }

std::string Nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

std::vector<BadStream> BadStreams() {
  const std::string header = "Content-Length: ";
  return {
      {"NotAFrame", "\x01\x02\x03", ErrorCode::kParseError,
       "The first byte cannot start a frame on this connection."},
      {"HttpBody", "<html>", ErrorCode::kParseError,
       "The first byte cannot start a frame on this connection."},
      {"HeaderWithoutColon", "Content-Length 12\r\n\r\n", ErrorCode::kParseError,
       "A header line is malformed."},
      {"HttpRequest", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", ErrorCode::kParseError,
       "A header line is malformed."},
      {"HeaderWithBareLineFeed", "Content-Length: 2\n\n{}", ErrorCode::kParseError,
       "A header line is malformed."},
      {"HeaderTooLong", "X-Filler: " + std::string(8192, 'a'), ErrorCode::kTooLarge,
       "The header block is too long."},
      {"NoContentLength", "Content-Type: application/json\r\n\r\n{}", ErrorCode::kParseError,
       "The header block has no Content-Length."},
      {"ContentLengthIsNoNumber", header + "many\r\n\r\n", ErrorCode::kParseError,
       "Content-Length is not a single decimal number."},
      {"ContentLengthIsNegative", header + "-1\r\n\r\n", ErrorCode::kParseError,
       "Content-Length is not a single decimal number."},
      {"ContentLengthsDiffer", header + "2\r\n" + header + "3\r\n\r\n{}", ErrorCode::kParseError,
       "Content-Length is not a single decimal number."},
      {"FrameOverTheLimit", header + "4194305\r\n\r\n", ErrorCode::kTooLarge, "The frame is too large."},
      {"FrameBeyondAnyMemory", header + "99999999999999999999\r\n\r\n", ErrorCode::kTooLarge,
       "The frame is too large."},
      {"JsonSyntax", HeaderFrame(R"({"jsonrpc":"2.0",)"), ErrorCode::kParseError, ""},
      {"EmptyBody", HeaderFrame(""), ErrorCode::kParseError, ""},
      {"InvalidUtf8", HeaderFrame("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xC0\xAF\"}"),
       ErrorCode::kParseError, ""},
      {"DuplicateKey", HeaderFrame(R"({"jsonrpc":"2.0","id":1,"id":2,"method":"rpc.ping"})"),
       ErrorCode::kInvalidRequest, ""},
      {"DuplicateKeyDeepInside",
       HeaderFrame(R"({"jsonrpc":"2.0","id":1,"method":"rpc.ping","params":{"a":{"b":1,"b":2}}})"),
       ErrorCode::kInvalidRequest, ""},
      {"TooDeep", HeaderFrame(R"({"jsonrpc":"2.0","id":1,"method":"rpc.ping","params":)" + Nested(64) + "}"),
       ErrorCode::kTooLarge, ""},
      {"BareTooDeep", Nested(65), ErrorCode::kTooLarge, "The JSON text is nested too deeply."},
      {"BareUnbalanced", "{]", ErrorCode::kParseError, "The brackets of the JSON text do not balance."},
      {"BareSyntax", "{this is no JSON}\n", ErrorCode::kParseError, ""},
      {"BareThenOtherByte", std::string(kPing) + "Content-Length: 2\r\n\r\n{}", ErrorCode::kParseError,
       "The first byte cannot start a frame on this connection."},
      {"EmptyBatch", HeaderFrame("[]"), ErrorCode::kInvalidRequest, "A batch must not be empty."},
      {"NoMessage", HeaderFrame("17"), ErrorCode::kInvalidRequest, "A message must be an object."},
      {"NoVersion", HeaderFrame(R"({"method":"rpc.ping"})"), ErrorCode::kInvalidRequest,
       "jsonrpc must be \"2.0\"."},
      {"UnreadableId", HeaderFrame(R"({"jsonrpc":"2.0","id":[1],"method":"rpc.ping"})"),
       ErrorCode::kInvalidRequest, "id must be a string, a 64-bit number or null."},
      {"NotificationWithBadParams", HeaderFrame(R"({"jsonrpc":"2.0","method":"rpc.ping","params":7})"),
       ErrorCode::kInvalidRequest, "params must be an object, an array or absent."},
  };
}

class HostileStream : public testing::TestWithParam<BadStream> {};

TEST_P(HostileStream, IsAnsweredOnceWithANullIdAndClosedWhileOthersAreServed) {
  TestServer server;
  server.Start();
  RawClient other(server.pipe_path());
  ASSERT_TRUE(other.Call("rpc.ping").contains("result"));

  RawClient client(server.pipe_path());
  client.Write(GetParam().bytes);
  std::optional<Json> answer = client.Read();
  // What came before the error is answered as usual.
  if (answer && answer->at("id") == 1) answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->at("id"), nullptr);
  EXPECT_EQ(ErrorCodeOf(*answer), static_cast<int>(GetParam().code)) << *answer;
  if (!GetParam().message.empty()) {
    EXPECT_EQ(answer->at("error").at("message"), GetParam().message);
  }
  EXPECT_TRUE(client.IsClosedByServer());

  EXPECT_TRUE(other.Call("rpc.ping").contains("result"));
  RawClient next(server.pipe_path());
  EXPECT_TRUE(next.Call("rpc.ping").contains("result"));
}

INSTANTIATE_TEST_SUITE_P(Every, HostileStream, testing::ValuesIn(BadStreams()),
                         [](const auto& info) { return info.param.name; });

// Otherwise the client's library reports a broken stream, and nobody learns what to change.
TEST(HostileInput, AMessageOfAnotherProtocolIsRefusedInThatProtocol) {
  TestServer server;
  server.Start();
  const std::string packed =
      "\x84\xA7jsonrpc\xA3"
      "2.0\xA2id\x07\xA6method\xA8rpc.ping\xA6params\x90";
  const auto prefixed = [](const std::string& text) {
    return std::string(3, '\0') + static_cast<char>(text.size()) + text;
  };
  const std::string json = R"({"jsonrpc":"2.0","id":7,"method":"rpc.ping"})";
  struct Row {
    std::string bytes;
    protocol::ForeignMessage message;
  };
  for (const Row& row :
       {Row{prefixed(json), {false, std::int64_t{7}}}, Row{prefixed(packed), {true, std::int64_t{7}}}}) {
    RawClient client(server.pipe_path());
    client.Write(row.bytes);
    const std::string expected =
        ForeignErrorFrame(row.message, {ErrorCode::kParseError, Describe(row.message), nullptr});
    std::string all;
    std::array<char, 1024> piece;
    const auto deadline = win32::Clock::now() + kPatience;
    while (const std::size_t bytes = client.stream().Read(piece, deadline).bytes)
      all.append(piece.data(), bytes);
    EXPECT_EQ(all, expected);
  }
  EXPECT_EQ(server.server().statistics().frames_refused, 2U);
}

TEST(HostileInput, ATooLargeBatchIsRefusedAsAWhole) {
  TestServer server;
  server.Start();
  Json batch = Json::array();
  for (int id = 0; id < 65; ++id) batch.push_back(RequestMessage(id, "rpc.ping"));
  RawClient client(server.pipe_path());
  client.Send(batch);
  EXPECT_EQ(client.Read(),
            ErrorMessageFor(nullptr, ErrorCode::kTooLarge, "A batch may contain at most 64 messages."));
  EXPECT_TRUE(client.IsClosedByServer());
  EXPECT_EQ(server.server().statistics().requests, 0U);
}

TEST(HostileInput, ABareFrameOverTheLimitIsRefusedBeforeItsEnd) {
  TestServer server;
  server.settings().limits.frame.frame_bytes = 1000;
  server.Start();
  RawClient client(server.pipe_path());
  client.Write("[\"" + std::string(1000, 'a'));
  EXPECT_EQ(client.Read(), ErrorMessageFor(nullptr, ErrorCode::kTooLarge, "The frame is too large."));
  EXPECT_TRUE(client.IsClosedByServer());
}

TEST(HostileInput, AFrameOfExactlyTheLimitIsAccepted) {
  TestServer server;
  server.settings().limits.frame.frame_bytes = 1000;
  server.Start();
  RawClient client(server.pipe_path());
  std::string text = kPing;
  text += std::string(1000 - text.size(), ' ');
  client.Write(HeaderFrame(text));
  const auto answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(answer->contains("result"));
}

TEST(HostileInput, AnInvalidRequestWithAnIdIsAnsweredAndTheConnectionStays) {
  TestServer server;
  server.Start();
  RawClient client(server.pipe_path());
  client.Send({{"jsonrpc", "2.0"}, {"id", "a"}, {"method", 7}});
  EXPECT_EQ(client.Read(), ErrorMessageFor("a", ErrorCode::kInvalidRequest, "method must be a string."));
  client.Send({{"jsonrpc", "1.0"}, {"id", 8}, {"method", "rpc.ping"}});
  EXPECT_EQ(client.Read(), ErrorMessageFor(8, ErrorCode::kInvalidRequest, "jsonrpc must be \"2.0\"."));
  client.Send({{"jsonrpc", "2.0"}, {"id", 9}, {"method", "rpc.ping"}, {"params", "x"}});
  EXPECT_EQ(client.Read(),
            ErrorMessageFor(9, ErrorCode::kInvalidRequest, "params must be an object, an array or absent."));
  client.Send({{"jsonrpc", "2.0"}, {"id", 10}});
  EXPECT_EQ(client.Read(), ErrorMessageFor(10, ErrorCode::kInvalidRequest,
                                           "A message must have a method, a result or an error."));
  EXPECT_TRUE(client.Call("rpc.ping").contains("result"));
}

TEST(HostileInput, InvalidAndUnknownParametersAreRefusedAndTheConnectionStays) {
  TestServer server;
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(RequestMessage(1, "rpc.ping", {{"echo", 7}}));
  const auto wrong = client.Read();
  ASSERT_TRUE(wrong.has_value());
  EXPECT_EQ(ErrorCodeOf(*wrong), static_cast<int>(ErrorCode::kInvalidParams));
  EXPECT_EQ(wrong->at("error").at("message").get<std::string>().rfind("echo: expected a string", 0), 0U)
      << *wrong;
  client.Send(RequestMessage(2, "rpc.ping", {{"eccho", "x"}}));
  EXPECT_EQ(client.Read(), ErrorMessageFor(2, ErrorCode::kInvalidParams, "unknown parameter \"eccho\""));
  client.Send(RequestMessage(3, "rpc.ping", Json::array({"x", "y"})));
  EXPECT_EQ(client.Read(),
            ErrorMessageFor(3, ErrorCode::kInvalidParams, "expected at most 1 parameters, got 2"));
  EXPECT_EQ(client.Call("rpc.ping", Json::array({"x"})).at("result").at("echo"), "x");
}

TEST(HostileInput, AnUnknownMethodIsAnsweredAndTheConnectionStays) {
  TestServer server;
  server.Start();
  RawClient client(server.pipe_path());
  for (const char* method : {"rpc.none", "", "$/progress", "\\..\\..", "rpc.ping\n", "RPC.PING"}) {
    client.Send(RequestMessage(1, method));
    EXPECT_EQ(client.Read(), ErrorMessageFor(1, ErrorCode::kMethodNotFound)) << method;
  }
  EXPECT_TRUE(client.Call("rpc.ping").contains("result"));
}

TEST(HostileInput, ManyRoundsLeakNoHandle) {
  TestServer server;
  const auto round = [&] {
    for (const BadStream& bad : BadStreams()) {
      RawClient client(server.pipe_path());
      client.Write(bad.bytes);
      while (client.ReadText()) {
      }
    }
  };
  // The pools' threads and what a process opens once exist after the first round.
  server.Start();
  round();
  server.server().Stop();
  const std::size_t before = OpenHandleCount();
  server.Start();
  for (int i = 0; i < 10; ++i) round();
  server.server().Stop();
  EXPECT_LE(OpenHandleCount(), before + 8);
}

}  // namespace
}  // namespace onbehalf::test
