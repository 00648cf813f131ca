// The bytes that two third-party clients put on a pipe, write by write, and how they are parsed.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "onbehalf/protocol/framing.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/protocol/limits.h"

namespace onbehalf::protocol {
namespace {

std::vector<Message> Read(const std::vector<std::string_view>& writes) {
  const Limits limits;
  FrameReader reader(limits.frame, limits.json.depth);
  std::vector<Message> messages;
  for (std::string_view input : writes) {
    std::string_view frame;
    FrameReader::Result result = reader.Next(input, frame);
    for (; result == FrameReader::Result::kFrame; result = reader.Next(input, frame)) {
      ParsedFrame parsed = ParseFrame(frame, limits.json, limits.batch_requests);
      EXPECT_FALSE(parsed.fault);
      for (Message& message : parsed.messages) {
        messages.push_back(std::move(message));
      }
    }
    EXPECT_EQ(result, FrameReader::Result::kNeedMore) << Describe(reader.error());
  }
  EXPECT_EQ(reader.state(), FrameReader::State::kBetweenFrames);
  return messages;
}

TEST(VscodeJsonRpc, WritesHeaderAndBodySeparatelyAndCountsIdsFromZero) {
  const auto messages = Read({
      "Content-Length: 44\r\n\r\n",
      R"({"jsonrpc":"2.0","id":0,"method":"rpc.ping"})",
      "Content-Length: 71\r\n\r\n",
      R"({"jsonrpc":"2.0","id":1,"method":"file.read","params":{"path":"C:\\x"}})",
      "Content-Length: 64\r\n\r\n",
      R"({"jsonrpc":"2.0","id":2,"method":"file.read","params":["C:\\x"]})",
  });
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(std::get<Request>(messages[0]).id, Id(std::int64_t{0}));
  EXPECT_TRUE(std::get<Request>(messages[0]).params.is_null());
  EXPECT_TRUE(std::get<Request>(messages[1]).params.is_object());
  EXPECT_TRUE(std::get<Request>(messages[2]).params.is_array());
}

TEST(VscodeJsonRpc, CancelsARequestThatItHasJustSent) {
  const auto messages = Read({
      "Content-Length: 48\r\n\r\n",
      R"({"jsonrpc":"2.0","id":5,"method":"database.all"})",
      "Content-Length: 62\r\n\r\n",
      R"({"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":5}})",
  });
  ASSERT_EQ(messages.size(), 2u);
  const auto& cancel = std::get<Notification>(messages[1]);
  EXPECT_EQ(cancel.method, "$/cancelRequest");
  EXPECT_EQ(ToId(cancel.params.at("id")), std::get<Request>(messages[0]).id);
}

TEST(VscodeJsonRpc, SendsTraceTraffic) {
  const auto messages = Read({
      "Content-Length: 64\r\n\r\n",
      R"({"jsonrpc":"2.0","method":"$/setTrace","params":{"value":"off"}})",
  });
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(std::get<Notification>(messages[0]).method, "$/setTrace");
}

TEST(StreamJsonRpc, SendsPositionalParametersAndCountsIdsFromTwo) {
  const auto messages = Read({
      "Content-Length: 56\r\n\r\n"
      R"({"jsonrpc":"2.0","id":2,"method":"rpc.ping","params":[]})",
      "Content-Length: 66\r\n\r\n"
      R"({"jsonrpc":"2.0","id":3,"method":"file.read","params":["C:\\x",0]})",
  });
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(std::get<Request>(messages[0]).id, Id(std::int64_t{2}));
  EXPECT_EQ(std::get<Request>(messages[0]).params, Json::array());
  // The integer 0 takes the position of the IProgress argument: the token of the request's $/progress.
  EXPECT_EQ(std::get<Request>(messages[1]).params.at(1), 0);
}

TEST(StreamJsonRpc, MayNameItsEncodingAndTrace) {
  const auto messages = Read({
      "Content-Length: 147\r\nContent-Type: application/jsonrpc; charset=utf-8\r\n\r\n",
      R"({"jsonrpc":"2.0","id":2,"method":"rpc.ping","params":[],)"
      R"("traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","tracestate":"a=b"})",
  });
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(std::get<Request>(messages[0]).method, "rpc.ping");
}

TEST(StreamJsonRpc, MaySplitItsBytesAnywhere) {
  const auto messages = Read({
      "Content-Le",
      "ngth: 56\r",
      "\n\r\n{\"jsonrpc\":\"2.0\",\"id\":2,\"met",
      "hod\":\"rpc.ping\",\"params\":[]}Content-Length: 62\r\n\r\n{",
      R"("jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":2}})",
  });
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(std::get<Notification>(messages[1]).method, "$/cancelRequest");
}

TEST(StreamJsonRpc, CanDelimitByNewlines) {
  const auto messages = Read({
      R"({"jsonrpc":"2.0","id":2,"method":"rpc.ping","params":[]})"
      "\r\n",
      R"({"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":2}})"
      "\r\n"
      R"({"jsonrpc":"2.0","id":3,"method":"rpc.ping","params":[]})"
      "\r\n",
  });
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(std::get<Request>(messages[2]).id, Id(std::int64_t{3}));
}

// StreamJsonRpc matches the header's name case-sensitively and requires CRLF; it throws on a fractional id.
TEST(Answers, AreWhatBothClientsRead) {
  EXPECT_EQ(ToFrame(Framing::kHeader, ResultText(std::int64_t{2}, "pong")),
            "Content-Length: 40\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":\"pong\"}");
  EXPECT_EQ(ToFrame(Framing::kHeader, ResultText(std::int64_t{0}, nullptr)),
            "Content-Length: 38\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":null}");
  EXPECT_EQ(ToFrame(Framing::kHeader,
                    NotificationText("$/progress", Json{{"token", 0}, {"value", {{"read", 4096}}}})),
            "Content-Length: 82\r\n\r\n"
            R"({"jsonrpc":"2.0","method":"$/progress","params":{"token":0,"value":{"read":4096}}})");
  EXPECT_EQ(ErrorText(std::int64_t{5}, {ErrorCode::kRequestCancelled, "", nullptr}),
            R"({"jsonrpc":"2.0","id":5,"error":{"code":-32800,"message":"The request was cancelled."}})");
}

}  // namespace
}  // namespace onbehalf::protocol
