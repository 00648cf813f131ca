#include "onbehalf/protocol/foreign_message.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace onbehalf::protocol {
namespace {

constexpr JsonLimits kLimits;

std::string Pack(const Json& value) {
  const std::vector<std::uint8_t> packed = Json::to_msgpack(value);
  return {packed.begin(), packed.end()};
}

std::string Prefixed(const std::string& text) {
  std::string prefix;
  for (int shift = 24; shift >= 0; shift -= 8) prefix += static_cast<char>(text.size() >> shift & 0xFF);
  return prefix + text;
}

// In the order that StreamJsonRpc uses for a request.
std::string PackedRequest(const std::string& packed_id) {
  return "\x84" + Pack("jsonrpc") + Pack("2.0") + Pack("id") + packed_id + Pack("method") + Pack("rpc.ping") +
         Pack("params") + Pack(Json::array());
}

TEST(ForeignMessage, RecognizesJsonAfterALengthAndItsId) {
  const auto message =
      ReadForeignMessage(Prefixed(R"({"jsonrpc":"2.0","id":7,"method":"rpc.ping"})"), kLimits);
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->is_message_pack);
  EXPECT_EQ(message->id, Id(std::int64_t{7}));
}

TEST(ForeignMessage, HasNoIdIfTheTextIsIncompleteOrNotARequest) {
  const std::string text = R"({"jsonrpc":"2.0","id":7,"method":"rpc.ping"})";
  for (const std::string& bytes : {Prefixed(text).substr(0, 20), Prefixed(text.substr(1)).insert(4, "["),
                                   Prefixed(R"({"jsonrpc":"2.0","method":"x"})")}) {
    const auto message = ReadForeignMessage(bytes, kLimits);
    ASSERT_TRUE(message) << bytes;
    EXPECT_EQ(message->id, Id()) << bytes;
  }
}

TEST(ForeignMessage, RecognizesEveryKindOfIdInMessagePack) {
  const Json ids = {0,
                    127,
                    128,
                    255,
                    256,
                    65535,
                    65536,
                    4294967295U,
                    4294967296U,
                    1ULL << 63,
                    -1,
                    -32,
                    -33,
                    -128,
                    -129,
                    -32768,
                    -32769,
                    -2147483648LL,
                    -2147483649LL,
                    "",
                    "a7",
                    std::string(31, 'x'),
                    std::string(32, 'x'),
                    std::string(300, 'x'),
                    std::string(70000, 'x')};
  for (const Json& id : ids) {
    const auto message = ReadForeignMessage(Prefixed(PackedRequest(Pack(id))), kLimits);
    ASSERT_TRUE(message) << id;
    EXPECT_TRUE(message->is_message_pack);
    EXPECT_EQ(ToJson(message->id), id);
  }
}

TEST(ForeignMessage, HasNoIdIfMessagePackIsTruncatedOrItsIdIsInvalid) {
  const std::string whole = Prefixed(PackedRequest(Pack(4294967295U)));
  const std::size_t end_of_name = 4 + 1 + Pack("jsonrpc").size();
  const std::size_t end_of_id = whole.find('\xCE') + 5;
  for (std::size_t size = 0; size < end_of_name; ++size) {
    EXPECT_FALSE(ReadForeignMessage(whole.substr(0, size), kLimits)) << size;
  }
  for (std::size_t size = end_of_name; size < end_of_id; ++size) {
    const auto message = ReadForeignMessage(whole.substr(0, size), kLimits);
    ASSERT_TRUE(message) << size;
    EXPECT_EQ(message->id, Id()) << size;
  }
  for (const std::string& id : {Pack(nullptr), Pack(1.5), Pack(Json::array()), std::string("\xA1\xFF")}) {
    const auto message = ReadForeignMessage(Prefixed(PackedRequest(id)), kLimits);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->id, Id());
  }
}

TEST(ForeignMessage, IsNothingElse) {
  for (const std::string& bytes :
       {std::string(), std::string("\0\0\0", 3), std::string("\0\0\0\x05hello", 9),
        std::string("\x01\x02\x03\x04\x05"), std::string("<html>"), std::string("GET / HTTP/1.1\r\n"),
        std::string("\0\0\0\x02\x81\xA1", 6), Prefixed(Pack(Json{{"a", 1}})),
        Prefixed(Pack(Json::array({"jsonrpc"})))}) {
    EXPECT_FALSE(ReadForeignMessage(bytes, kLimits)) << bytes;
  }
}

TEST(ForeignMessage, IsAnsweredInItsOwnForm) {
  const Error error{ErrorCode::kParseError, "No.", nullptr};
  Json expected = {{"jsonrpc", "2.0"}, {"id", 7}, {"error", {{"code", -32700}, {"message", "No."}}}};
  const std::string json = ForeignErrorFrame({false, std::int64_t{7}}, error);
  EXPECT_EQ(json.substr(0, 4), std::string("\0\0\0", 3) + static_cast<char>(json.size() - 4));
  EXPECT_EQ(Json::parse(json.substr(4)), expected);
  // Without `data` StreamJsonRpc's MessagePackFormatter fails to read an error.
  expected["error"]["data"] = nullptr;
  const std::string packed = ForeignErrorFrame({true, std::int64_t{7}}, error);
  EXPECT_EQ(packed, Prefixed(packed.substr(4)));
  EXPECT_EQ(Json::from_msgpack(packed.substr(4)), expected);
}

TEST(ForeignMessage, SaysWhatToUseInstead) {
  EXPECT_EQ(
      Describe({false, {}}),
      "This service reads JSON with a Content-Length header or delimited by newlines, not with a binary length prefix. In "
      "StreamJsonRpc, use HeaderDelimitedMessageHandler or NewLineDelimitedMessageHandler.");
  EXPECT_EQ(
      Describe({true, {}}),
      "This service reads JSON with a Content-Length header or delimited by newlines, not MessagePack with a binary length "
      "prefix. In StreamJsonRpc, use HeaderDelimitedMessageHandler or NewLineDelimitedMessageHandler with "
      "SystemTextJsonFormatter or JsonMessageFormatter.");
}

}  // namespace
}  // namespace onbehalf::protocol
