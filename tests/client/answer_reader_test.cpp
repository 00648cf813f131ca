#include "answer_reader.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>

#include "onbehalf/protocol/json_rpc.h"

namespace onbehalf::client {
namespace {

std::string Framed(std::string_view text) { return protocol::ToFrame(protocol::Framing::kHeader, text); }

// The error of reading `bytes`; none if they are all answers.
std::error_code Failure(std::string_view bytes, std::size_t max_answer_bytes = 1000) {
  Options options;
  options.max_answer_bytes = max_answer_bytes;
  AnswerReader reader(options);
  reader.Take(bytes);
  try {
    while (reader.Next()) {
    }
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

TEST(AnswerReader, ReadsAnswersInAnyPieces) {
  const std::string bytes = Framed(R"({"jsonrpc": "2.0", "id": 1, "result": "a"})") +
                            Framed(R"([{"jsonrpc": "2.0", "id": 2, "result": [2]},
                                       {"jsonrpc": "2.0", "id": 3, "error": {"code": 7, "message": "no", "data": 5}}])");
  AnswerReader reader{Options{}};
  std::string read;
  for (const char& byte : bytes) {
    reader.Take({&byte, 1});
    while (std::optional<protocol::ParsedFrame> frame = reader.Next()) {
      for (protocol::Message& message : frame->messages) {
        auto& response = std::get<protocol::Response>(message);
        if (response.outcome.ok()) {
          read += response.outcome->dump() + " ";
          continue;
        }
        const RpcError error = ToRpcError(response);
        read += std::to_string(error.code()) + " " + error.what() + " " + error.data().dump();
      }
    }
  }
  EXPECT_EQ(read, "\"a\" [2] 7 no 5");
}

TEST(AnswerReader, RefusesInvalidAnswers) {
  EXPECT_EQ(Failure(Framed(R"({"jsonrpc": "2.0", "id": 1, "result": "a"})")), std::error_code());
  EXPECT_EQ(Failure(Framed("{")), std::errc::bad_message);
  EXPECT_EQ(Failure("Content-Length: x\r\n\r\n"), std::errc::bad_message);
  // Not the framing of the request.
  EXPECT_EQ(Failure("{\"jsonrpc\": \"2.0\", \"id\": 1, \"result\": 1}\n"), std::errc::bad_message);
  EXPECT_EQ(Failure(Framed(R"({"jsonrpc": "2.0", "id": 1, "result": "a"})"), 10), std::errc::message_size);
  EXPECT_EQ(Failure(Framed(std::string(200, '[') + std::string(200, ']'))), std::errc::bad_message);
}

TEST(AnswerReader, KnowsTheProgressOfARequest) {
  const auto progress = [](const Json& params) {
    protocol::Notification notification;
    notification.params = params;
    return ToProgress(notification);
  };
  const std::optional<ProgressReport> report = progress({{"token", 7}, {"value", {{"done", 1}}}});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->id, 7);
  EXPECT_EQ(report->value, Json({{"done", 1}}));
  for (const Json& other : {Json(), Json::array({7, 1}), Json{{"token", 7}}, Json{{"value", 1}},
                            Json{{"token", "7"}, {"value", 1}}, Json{{"token", 1.5}, {"value", 1}}}) {
    EXPECT_FALSE(progress(other)) << other;
  }
}

}  // namespace
}  // namespace onbehalf::client
