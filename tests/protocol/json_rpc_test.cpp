#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/protocol/limits.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace onbehalf::protocol {
namespace {

constexpr std::size_t kMaxBatch = 64;

ParsedFrame Parse(std::string_view text, const JsonLimits& limits = {}, std::size_t max_batch = kMaxBatch) {
  return ParseFrame(text, limits, max_batch);
}

template <typename Kind>
Kind Only(std::string_view text) {
  ParsedFrame parsed = Parse(text);
  EXPECT_FALSE(parsed.fault) << text;
  EXPECT_FALSE(parsed.is_batch) << text;
  if (parsed.messages.size() != 1 || !std::holds_alternative<Kind>(parsed.messages[0])) {
    ADD_FAILURE() << text << " is parsed as something else";
    return {};
  }
  return std::get<Kind>(std::move(parsed.messages[0]));
}

Id InvalidUnder(std::string_view text) {
  const auto invalid = Only<InvalidMessage>(text);
  EXPECT_EQ(invalid.error.code, ErrorCode::kInvalidRequest) << text;
  EXPECT_TRUE(std::string_view(invalid.error.message).ends_with('.')) << text;
  return invalid.id;
}

void ExpectFault(const ParsedFrame& parsed, ErrorCode code, bool stream_broken) {
  ASSERT_TRUE(parsed.fault);
  EXPECT_EQ(parsed.fault->code, code) << parsed.fault->message;
  EXPECT_FALSE(parsed.fault->message.empty());
  EXPECT_EQ(parsed.stream_broken, stream_broken);
  EXPECT_TRUE(parsed.messages.empty());
}

// A minimal server for the examples in section 7 of the specification. Returns its response, or nothing.
class ExampleServer {
 public:
  std::optional<std::string> Answer(std::string_view text) {
    ParsedFrame parsed = Parse(text);
    if (parsed.fault) {
      return ErrorText({}, *parsed.fault);
    }
    std::vector<std::string> answers;
    for (const Message& message : parsed.messages) {
      if (const auto* request = std::get_if<Request>(&message)) {
        answers.push_back(Call(*request));
      } else if (const auto* invalid = std::get_if<InvalidMessage>(&message)) {
        answers.push_back(ErrorText(invalid->id, invalid->error));
      }
    }
    if (answers.empty()) {
      return std::nullopt;
    }
    return parsed.is_batch ? BatchText(answers) : answers.front();
  }

 private:
  static std::string Call(const Request& request) {
    if (request.method == "subtract") {
      const bool by_name = request.params.is_object();
      const Json& minuend = by_name ? request.params.at("minuend") : request.params.at(0);
      const Json& subtrahend = by_name ? request.params.at("subtrahend") : request.params.at(1);
      return ResultText(request.id, minuend.get<int>() - subtrahend.get<int>());
    }
    if (request.method == "sum") {
      int sum = 0;
      for (const Json& number : request.params) {
        sum += number.get<int>();
      }
      return ResultText(request.id, sum);
    }
    if (request.method == "get_data") {
      return ResultText(request.id, Json::array({"hello", 5}));
    }
    return ErrorText(request.id, Error{ErrorCode::kMethodNotFound, "Method not found", nullptr});
  }
};

// Messages are free text and the order of members is free: only ids, results and codes are compared.
Json Essence(Json answer) {
  if (answer.is_array()) {
    for (Json& element : answer) {
      element = Essence(std::move(element));
    }
  } else if (answer.contains("error")) {
    EXPECT_TRUE(answer["error"]["message"].is_string());
    answer["error"].erase("message");
  }
  return answer;
}

void ExpectExchange(std::string_view sent, std::string_view answered) {
  const std::optional<std::string> answer = ExampleServer().Answer(sent);
  if (answered.empty()) {
    EXPECT_FALSE(answer) << sent;
    return;
  }
  ASSERT_TRUE(answer) << sent;
  EXPECT_EQ(Essence(Json::parse(*answer)), Essence(Json::parse(answered))) << sent;
}

TEST(SpecificationExamples, PositionalParameters) {
  ExpectExchange(R"({"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1})",
                 R"({"jsonrpc": "2.0", "result": 19, "id": 1})");
  ExpectExchange(R"({"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2})",
                 R"({"jsonrpc": "2.0", "result": -19, "id": 2})");
}

TEST(SpecificationExamples, NamedParameters) {
  ExpectExchange(
      R"({"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3})",
      R"({"jsonrpc": "2.0", "result": 19, "id": 3})");
  ExpectExchange(
      R"({"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4})",
      R"({"jsonrpc": "2.0", "result": 19, "id": 4})");
}

TEST(SpecificationExamples, Notifications) {
  ExpectExchange(R"({"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]})", "");
  ExpectExchange(R"({"jsonrpc": "2.0", "method": "foobar"})", "");
}

TEST(SpecificationExamples, MethodThatDoesNotExist) {
  ExpectExchange(
      R"({"jsonrpc": "2.0", "method": "foobar", "id": "1"})",
      R"({"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "1"})");
}

TEST(SpecificationExamples, InvalidJson) {
  ExpectExchange(R"({"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz])",
                 R"({"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null})");
}

TEST(SpecificationExamples, InvalidRequestObject) {
  ExpectExchange(
      R"({"jsonrpc": "2.0", "method": 1, "params": "bar"})",
      R"({"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null})");
}

TEST(SpecificationExamples, BatchOfInvalidJson) {
  ExpectExchange(R"([
  {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
  {"jsonrpc": "2.0", "method"
])",
                 R"({"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null})");
}

TEST(SpecificationExamples, EmptyBatch) {
  ExpectExchange(
      "[]", R"({"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null})");
}

TEST(SpecificationExamples, BatchesOfInvalidRequests) {
  ExpectExchange(
      "[1]", R"([{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}])");
  ExpectExchange("[1,2,3]", R"([
  {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
  {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
  {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}
])");
}

TEST(SpecificationExamples, Batch) {
  ExpectExchange(R"([
        {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
        {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
        {"foo": "boo"},
        {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
        {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
    ])",
                 R"([
        {"jsonrpc": "2.0", "result": 7, "id": "1"},
        {"jsonrpc": "2.0", "result": 19, "id": "2"},
        {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
        {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "5"},
        {"jsonrpc": "2.0", "result": ["hello", 5], "id": "9"}
    ])");
}

TEST(SpecificationExamples, BatchOfNotificationsOnly) {
  ExpectExchange(R"([
        {"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}
    ])",
                 "");
}

TEST(ParseFrame, ReadsARequest) {
  const auto request = Only<Request>(R"({"jsonrpc":"2.0","id":7,"method":"rpc.ping","params":{"a":[1]}})");
  EXPECT_EQ(request.id, Id(std::int64_t{7}));
  EXPECT_EQ(request.method, "rpc.ping");
  EXPECT_EQ(request.params, Json::parse(R"({"a":[1]})"));
  EXPECT_TRUE(Only<Request>(R"({"jsonrpc":"2.0","id":7,"method":"rpc.ping"})").params.is_null());
  EXPECT_EQ(Only<Request>(R"({"jsonrpc":"2.0","id":7,"method":"rpc.ping","params":[]})").params,
            Json::array());
  EXPECT_EQ(Only<Request>(R"({"jsonrpc":"2.0","id":7,"method":""})").method, "");
}

TEST(ParseFrame, ReadsANotification) {
  const auto notification =
      Only<Notification>(R"({"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":7}})");
  EXPECT_EQ(notification.method, "$/cancelRequest");
  EXPECT_EQ(ToId(notification.params.at("id")), Id(std::int64_t{7}));
  EXPECT_TRUE(Only<Notification>(R"({"jsonrpc":"2.0","method":"exit"})").params.is_null());
}

TEST(ParseFrame, ReadsAResponse) {
  const auto done = Only<Response>(R"({"jsonrpc":"2.0","id":"x","result":null})");
  EXPECT_EQ(done.id, Id("x"));
  EXPECT_TRUE(done.outcome.value().is_null());

  const auto failed = Only<Response>(
      R"({"jsonrpc":"2.0","id":2,"error":{"code":-32010,"message":"no","data":{"requestId":"a"}}})");
  EXPECT_EQ(failed.error_code, -32010);
  EXPECT_EQ(failed.outcome.error().code, ErrorCode::kAccessDenied);
  EXPECT_EQ(failed.outcome.error().message, "no");
  EXPECT_EQ(failed.outcome.error().data, Json::parse(R"({"requestId":"a"})"));
}

TEST(ParseFrame, KeepsTheNumberOfAnUnknownError) {
  for (const int code : {0, 1, -32000, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()}) {
    const auto response = Only<Response>(R"({"jsonrpc":"2.0","id":2,"error":{"message":"","code":)" +
                                         std::to_string(code) + "}}");
    EXPECT_EQ(response.error_code, code);
    EXPECT_EQ(response.outcome.error().code, ErrorCode::kInternalError);
    EXPECT_TRUE(response.outcome.error().data.is_null());
  }
}

TEST(ParseFrame, RefusesInvalidResponses) {
  for (const std::string_view members : {
           R"("id":1,"result":1,"error":{"code":1,"message":""})",
           R"("id":1,"result":1,"error":null)",
           R"("id":1,"error":null)",
           R"("id":1,"error":"failed")",
           R"("id":1,"error":[])",
           R"("id":1,"error":{})",
           R"("id":1,"error":{"message":""})",
           R"("id":1,"error":{"code":1})",
           R"("id":1,"error":{"code":1.0,"message":""})",
           R"("id":1,"error":{"code":"1","message":""})",
           R"("id":1,"error":{"code":null,"message":""})",
           R"("id":1,"error":{"code":2147483648,"message":""})",
           R"("id":1,"error":{"code":-2147483649,"message":""})",
           R"("id":1,"error":{"code":18446744073709551615,"message":""})",
           R"("id":1,"error":{"code":1,"message":null})",
           R"("id":1,"method":"x","result":1)",
           R"("id":1,"method":"x","error":{"code":1,"message":""})",
       }) {
    EXPECT_EQ(InvalidUnder("{\"jsonrpc\":\"2.0\"," + std::string(members) + "}"), Id(std::int64_t{1}))
        << members;
  }
  EXPECT_EQ(InvalidUnder(R"({"jsonrpc":"2.0","result":1})"), Id());
}

TEST(ParseFrame, KeepsIdsInTheirType) {
  const std::vector<std::pair<std::string, Id>> ids{
      {"0", std::int64_t{0}},
      {"1", std::int64_t{1}},
      {"-1", std::int64_t{-1}},
      {"9007199254740993", std::int64_t{9007199254740993}},
      {"9223372036854775807", std::numeric_limits<std::int64_t>::max()},
      {"-9223372036854775808", std::numeric_limits<std::int64_t>::min()},
      {"9223372036854775808", std::uint64_t{9223372036854775808U}},
      {"18446744073709551615", std::numeric_limits<std::uint64_t>::max()},
      {"1.5", 1.5},
      {"2.0", 2.0},
      {"null", std::monostate{}},
      {"\"\"", std::string()},
      {"\"0\"", std::string("0")},
      {"\"\\\"\xC3\xA9\"", std::string("\"\xC3\xA9")},
  };
  for (const auto& [text, id] : ids) {
    const auto request = Only<Request>(R"({"jsonrpc":"2.0","method":"m","id":)" + text + "}");
    EXPECT_EQ(request.id, id) << text;
    EXPECT_EQ(ResultText(request.id, true), R"({"jsonrpc":"2.0","id":)" + text + R"(,"result":true})");
    EXPECT_EQ(ToId(ToJson(id)), id) << text;
  }
}

TEST(ParseFrame, RefusesIdsThatCannotBeEchoed) {
  for (const std::string_view id : {"true", "false", "{}", "[]", "[1]", "{\"a\":1}", "18446744073709551616",
                                    "-9223372036854775809", "1e19", "-1e300"}) {
    EXPECT_EQ(InvalidUnder(R"({"jsonrpc":"2.0","method":"m","id":)" + std::string(id) + "}"), Id()) << id;
  }
}

TEST(ParseFrame, RequiresTheExactVersion) {
  for (const std::string_view version : {"2.0", "2", "\"2\"", "\"1.0\"", "\"2.0 \"", "\"2.00\"", "null",
                                         "[\"2.0\"]", "\"\"", "\"2.0\\u0000\""}) {
    EXPECT_EQ(InvalidUnder("{\"jsonrpc\":" + std::string(version) + ",\"id\":3,\"method\":\"m\"}"),
              Id(std::int64_t{3}))
        << version;
  }
  EXPECT_EQ(InvalidUnder(R"({"id":3,"method":"m"})"), Id(std::int64_t{3}));
  EXPECT_EQ(InvalidUnder(R"({"JSONRPC":"2.0","id":3,"method":"m"})"), Id(std::int64_t{3}));
}

TEST(ParseFrame, RequiresAMethodThatIsAString) {
  for (const std::string_view method : {"1", "null", "[]", "{}", "true", "[\"m\"]"}) {
    EXPECT_EQ(InvalidUnder(R"({"jsonrpc":"2.0","id":"i","method":)" + std::string(method) + "}"), Id("i"))
        << method;
  }
  EXPECT_EQ(InvalidUnder(R"({"jsonrpc":"2.0","id":"i"})"), Id("i"));
  EXPECT_EQ(InvalidUnder(R"({"jsonrpc":"2.0","id":"i","Method":"m"})"), Id("i"));
}

TEST(ParseFrame, RequiresParametersThatAreAnObjectOrAnArray) {
  for (const std::string_view params : {"1", "\"a\"", "true", "null", "1.5"}) {
    EXPECT_EQ(InvalidUnder(R"({"jsonrpc":"2.0","id":5,"method":"m","params":)" + std::string(params) + "}"),
              Id(std::int64_t{5}))
        << params;
    EXPECT_EQ(InvalidUnder(R"({"jsonrpc":"2.0","method":"m","params":)" + std::string(params) + "}"), Id())
        << params;
  }
}

TEST(ParseFrame, ToleratesUnknownMembersAndReservedNames) {
  const auto request = Only<Request>(
      R"({"traceparent":"00-ab-cd-01","jsonrpc":"2.0","x":[{}],"id":2,"method":"rpc.discover","tracestate":""})");
  EXPECT_EQ(request.method, "rpc.discover");
}

TEST(ParseFrame, RefusesWhatIsNotAnObject) {
  for (const std::string_view text : {"1", "null", "true", "\"a\"", "1.5"}) {
    EXPECT_EQ(InvalidUnder(text), Id()) << text;
  }
  const ParsedFrame nested = Parse("[[],[{}],null]");
  ASSERT_EQ(nested.messages.size(), 3u);
  for (const Message& message : nested.messages) {
    EXPECT_TRUE(std::holds_alternative<InvalidMessage>(message));
  }
}

TEST(ParseFrame, DistinguishesABatchFromAMessage) {
  const ParsedFrame batch = Parse(R"([{"jsonrpc":"2.0","id":1,"method":"m"}])");
  EXPECT_TRUE(batch.is_batch);
  EXPECT_EQ(batch.messages.size(), 1u);
}

TEST(ParseFrame, AcceptsTheLimitOfABatchButNotOneMore) {
  const std::string one = R"({"jsonrpc":"2.0","method":"m"})";
  EXPECT_EQ(Parse("[" + one + "," + one + "]", {}, 2).messages.size(), 2u);
  const ParsedFrame over = Parse("[" + one + "," + one + "," + one + "]", {}, 2);
  ExpectFault(over, ErrorCode::kTooLarge, false);
  EXPECT_TRUE(over.is_batch);
}

TEST(ParseFrame, AnswersAnEmptyBatchAndKeepsTheStream) {
  ExpectFault(Parse("[]"), ErrorCode::kInvalidRequest, false);
}

TEST(ParseFrame, DistinguishesFaultsOfTheText) {
  const JsonLimits limits{.depth = 2, .string_bytes = 20, .array_elements = 2, .object_members = 2};
  ExpectFault(Parse(""), ErrorCode::kParseError, true);
  ExpectFault(Parse("{"), ErrorCode::kParseError, true);
  ExpectFault(Parse("{} {}"), ErrorCode::kParseError, true);
  ExpectFault(Parse("{\"\xFF\":1}"), ErrorCode::kParseError, true);
  ExpectFault(Parse("\xEF\xBB\xBF{}"), ErrorCode::kParseError, true);
  ExpectFault(Parse("[[[]]]", limits), ErrorCode::kTooLarge, true);
  ExpectFault(Parse("[\"123456789012345678901\"]", limits), ErrorCode::kTooLarge, true);
  ExpectFault(Parse("[1,2,3]", limits), ErrorCode::kTooLarge, true);
  ExpectFault(Parse(R"({"a":1,"b":2,"c":3})", limits), ErrorCode::kTooLarge, true);
  ExpectFault(Parse(R"({"id":1,"id":2})"), ErrorCode::kInvalidRequest, true);
  ExpectFault(Parse(R"({"id":1e999})"), ErrorCode::kInvalidRequest, true);
}

TEST(MessageTexts, HaveTheirMembersInOrder) {
  EXPECT_EQ(RequestText(std::int64_t{1}, "file.read", Json{{"path", "C:\\x"}}),
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"file.read\",\"params\":{\"path\":\"C:\\\\x\"}}");
  EXPECT_EQ(RequestText("a\"b", "m\n", nullptr),
            "{\"jsonrpc\":\"2.0\",\"id\":\"a\\\"b\",\"method\":\"m\\n\"}");
  EXPECT_EQ(RequestText({}, "m", Json::array()), R"({"jsonrpc":"2.0","id":null,"method":"m","params":[]})");
  EXPECT_EQ(NotificationText("$/progress", Json{{"token", 0}, {"value", 1}}),
            R"({"jsonrpc":"2.0","method":"$/progress","params":{"token":0,"value":1}})");
  EXPECT_EQ(NotificationText("exit", nullptr), R"({"jsonrpc":"2.0","method":"exit"})");
  EXPECT_EQ(ResultText(std::uint64_t{1}, nullptr), R"({"jsonrpc":"2.0","id":1,"result":null})");
  EXPECT_EQ(ErrorText(1.5, {ErrorCode::kWindowsError, "no", Json{{"code", 5}}}),
            R"({"jsonrpc":"2.0","id":1.5,"error":{"code":-32015,"message":"no","data":{"code":5}}})");
}

TEST(MessageTexts, UseTheTablesMessageIfTheErrorHasNone) {
  for (const ErrorInfo& info : ErrorTable()) {
    const auto response = Only<Response>(ErrorText("x", {info.code, "", nullptr}));
    EXPECT_EQ(response.error_code, static_cast<int>(info.code));
    EXPECT_EQ(response.outcome.error().code, info.code);
    EXPECT_EQ(response.outcome.error().message, info.message);
    EXPECT_TRUE(response.outcome.error().data.is_null());
  }
}

TEST(MessageTexts, RefuseInvalidUtf8AndInvalidParameters) {
  EXPECT_THROW(RequestText("\xFF", "m", nullptr), std::invalid_argument);
  EXPECT_THROW(RequestText({}, "\xFF", nullptr), std::invalid_argument);
  EXPECT_THROW(NotificationText("m", Json::array({"\xFF"})), std::invalid_argument);
  EXPECT_THROW(ResultText({}, "\xFF"), std::invalid_argument);
  EXPECT_THROW(ErrorText({}, {ErrorCode::kInternalError, "\xFF", nullptr}), std::invalid_argument);
  EXPECT_THROW(RequestText({}, "m", 1), std::invalid_argument);
}

TEST(MessageTexts, JoinToABatch) {
  const ParsedFrame parsed =
      Parse(BatchText({ResultText("a", 1), ErrorText("b", {}), ResultText({}, nullptr)}));
  EXPECT_TRUE(parsed.is_batch);
  ASSERT_EQ(parsed.messages.size(), 3u);
  EXPECT_EQ(std::get<Response>(parsed.messages[1]).id, Id("b"));
  EXPECT_EQ(BatchText({"{}"}), "[{}]");
  EXPECT_EQ(BatchText({"{}", "{}"}), "[{},{}]");
}

}  // namespace
}  // namespace onbehalf::protocol
