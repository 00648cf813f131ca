#include "methods_model/parameters.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "onbehalf/protocol/error_code.h"
#include "onbehalf/protocol/result.h"
#include "onbehalf/service/parameter.h"
#include "support/hostile_texts.h"

namespace onbehalf::service {
namespace {

// What a method says of its parameters.
struct Declared {
  std::vector<Parameter> parameters;
  bool takes_progress_token = false;
};

Declared MethodWith(std::vector<Parameter> parameters) { return {std::move(parameters)}; }

Declared MethodOf(Json schema) { return MethodWith({Parameter{"p", "", std::move(schema), true}}); }

Json Parse(const std::string& text) { return Json::parse(text); }

protocol::Result<Json> Bind(const Declared& method, const Json& params, Json* token = nullptr) {
  return BindParameters(method.parameters, method.takes_progress_token, params, token);
}

// The bound object as text, or the error's message.
std::string Bound(const Declared& method, const Json& params) {
  const auto result = Bind(method, params);
  if (const auto* error = result.error_if()) {
    EXPECT_EQ(error->code, protocol::ErrorCode::kInvalidParams);
    return error->message;
  }
  return result.value().dump();
}

const Declared kTwo = MethodWith(
    {{"id", "", {{"type", "integer"}, {"minimum", 1}}, true}, {"text", "", {{"type", "string"}}, false}});

TEST(Parameters, NamesAndPositionsMakeTheSameObject) {
  EXPECT_EQ(Bound(kTwo, Parse(R"({"id":5,"text":"x"})")), R"({"id":5,"text":"x"})");
  EXPECT_EQ(Bound(kTwo, Parse(R"({"text":"x","id":5})")), R"({"id":5,"text":"x"})");
  EXPECT_EQ(Bound(kTwo, Parse(R"([5,"x"])")), R"({"id":5,"text":"x"})");
  EXPECT_EQ(Bound(kTwo, Parse("[5]")), R"({"id":5})");
}

TEST(Parameters, NoParametersMayBeMissingNullOrEmpty) {
  const Declared none = MethodWith(std::vector<Parameter>{});
  for (const char* params : {"null", "{}", "[]"}) EXPECT_EQ(Bound(none, Parse(params)), "{}") << params;
}

TEST(Parameters, RequiredOnesMustBePresent) {
  const std::string missing = "id: required, expected an integer of at least 1";
  for (const char* params : {"null", "{}", "[]", R"({"text":"x"})"}) {
    EXPECT_EQ(Bound(kTwo, Parse(params)), missing) << params;
  }
  EXPECT_EQ(Bound(kTwo, Parse(R"({"id":null})")), "id: expected an integer of at least 1, got null");
}

TEST(Parameters, UnknownNamesAreRefused) {
  EXPECT_EQ(Bound(kTwo, Parse(R"({"id":5,"Text":"x"})")), "unknown parameter \"Text\"");
  for (const std::string& name : test::HostileTexts()) {
    const std::string message = Bound(kTwo, Json{{"id", 5}, {name, 1}});
    EXPECT_TRUE(message.starts_with("unknown parameter \"")) << message;
    EXPECT_LE(message.size(), 500u);
    EXPECT_EQ(message.find('\n'), std::string::npos);
    EXPECT_NO_THROW(Json(message).dump()) << "must be valid UTF-8";
  }
}

TEST(Parameters, TooManyPositionsAreRefused) {
  EXPECT_EQ(Bound(kTwo, Parse(R"([5,"x",1])")), "expected at most 2 parameters, got 3");
}

TEST(Parameters, AScalarIsRefused) {
  for (const char* params : {"1", "\"x\"", "true"}) {
    EXPECT_EQ(Bound(kTwo, Parse(params)), "params must be an object or an array") << params;
  }
}

TEST(Parameters, MatchTheirSchemaOrTheMessageSaysWhatWasExpected) {
  struct Row {
    const char* schema;
    const char* value;
    const char* message;  // "" when it fits
  };
  const std::vector<Row> rows = {
      {R"({})", R"({"any":[1]})", ""},
      {R"({"type":"null"})", "null", ""},
      {R"({"type":"null"})", "0", "p: expected null, got an integer"},
      {R"({"type":"boolean"})", "false", ""},
      {R"({"type":"boolean"})", "0", "p: expected a boolean, got an integer"},
      {R"({"type":"integer"})", "-5", ""},
      {R"({"type":"integer"})", "18446744073709551615", ""},
      {R"({"type":"integer"})", "1.5", "p: expected an integer, got another number"},
      {R"({"type":"integer"})", "1e300", "p: expected an integer, got another number"},
      {R"({"type":"integer"})", "\"1\"", "p: expected an integer, got a string"},
      {R"({"type":"number"})", "1.5", ""},
      {R"({"type":"number"})", "[1]", "p: expected a number, got an array"},
      {R"({"type":"string"})", "\"\"", ""},
      {R"({"type":"string"})", "{}", "p: expected a string, got an object"},
      {R"({"type":"array"})", "[]", ""},
      {R"({"type":"array"})", "{}", "p: expected an array, got an object"},
      {R"({"type":"object"})", "{}", ""},
      {R"({"type":"object"})", "true", "p: expected an object, got a boolean"},
      {R"({"type":["string","null"]})", "null", ""},
      {R"({"type":["string","null"]})", "\"x\"", ""},
      {R"({"type":["string","null"]})", "1", "p: expected a string or null, got an integer"},
      {R"({"type":"array","items":{"type":"integer"}})", "[]", ""},
      {R"({"type":"array","items":{"type":"integer"}})", "[1,2]", ""},
      {R"({"type":"array","items":{"type":"integer"}})", R"([1,"2"])",
       "p[1]: expected an integer, got a string"},
      {R"({"type":"array","items":{"enum":["a","b"]}})", R"(["b","a","c"])",
       R"(p[2]: expected one of "a", "b", got another value)"},
      {R"({"type":"array","items":{"type":"array","items":{"type":"null"}}})", "[[],[null,0]]",
       "p[1][1]: expected null, got an integer"},
      {R"({"type":["array","null"],"items":{"type":"integer"}})", "null", ""},
      {R"({"type":"array","minItems":1,"maxItems":2})", "[1]", ""},
      {R"({"type":"array","minItems":1,"maxItems":2})", "[]",
       "p: expected an array of 1 to 2 elements, got an array of 0 elements"},
      {R"({"type":"array","maxItems":2})", "[1,2,3]",
       "p: expected an array of at most 2 elements, got an array of 3 elements"},
      {R"({"enum":["a","b",3]})", "3", ""},
      {R"({"enum":["a","b",3]})", "\"c\"", R"(p: expected one of "a", "b", 3, got another value)"},
      {R"({"type":"integer","minimum":1})", "1", ""},
      {R"({"type":"integer","minimum":1})", "0", "p: expected an integer of at least 1, got 0"},
      {R"({"type":"integer","minimum":1})", "18446744073709551615", ""},
      {R"({"type":"integer","minimum":1})", "-9223372036854775808",
       "p: expected an integer of at least 1, got -9223372036854775808"},
      {R"({"type":"integer","maximum":9})", "9", ""},
      {R"({"type":"integer","maximum":9})", "10", "p: expected an integer of at most 9, got 10"},
      {R"({"type":"integer","maximum":9})", "18446744073709551615",
       "p: expected an integer of at most 9, got 18446744073709551615"},
      {R"({"type":"integer","minimum":-3,"maximum":3})", "-4", "p: expected an integer of -3 to 3, got -4"},
      {R"({"type":"integer","minimum":-3,"maximum":3})", "\"x\"",
       "p: expected an integer of -3 to 3, got a string"},
      {R"({"type":"number","minimum":0.5})", "0.25", "p: expected a number of at least 0.5, got 0.25"},
      {R"({"type":"number","minimum":0.5})", "1", ""},
      {R"({"type":"string","minLength":1})", "\"\"",
       "p: expected a string of at least 1 characters, got a string of 0 characters"},
      {R"({"type":"string","maxLength":2})", "\"\xC3\xB6\xC3\xB6\"", ""},
      {R"({"type":"string","maxLength":2})", "\"abc\"",
       "p: expected a string of at most 2 characters, got a string of 3 characters"},
  };
  for (const Row& row : rows) {
    const Declared method = MethodOf(Parse(row.schema));
    const Json value = Parse(row.value);
    const std::string expected = *row.message == '\0' ? Json{{"p", value}}.dump() : std::string(row.message);
    EXPECT_EQ(Bound(method, Json{{"p", value}}), expected) << row.schema << " by name";
    EXPECT_EQ(Bound(method, Json::array({value})), expected) << row.schema << " by position";
  }
}

TEST(Parameters, AProgressTokenIsRemovedByNameAndByPosition) {
  Declared method = kTwo;
  method.takes_progress_token = true;
  for (const char* params : {R"({"id":5,"text":"x","progressToken":"t"})", R"([5,"x","t"])"}) {
    Json token;
    const auto bound = Bind(method, Parse(params), &token);
    ASSERT_TRUE(bound.ok()) << params;
    EXPECT_EQ(bound.value(), Parse(R"({"id":5,"text":"x"})")) << params;
    EXPECT_EQ(token, "t") << params;
  }
  Json token;
  EXPECT_TRUE(Bind(method, Parse("[5]"), &token).ok());
  EXPECT_TRUE(token.is_null());
  for (const char* params : {R"([5,"x",null])", R"({"id":5,"text":"x","progressToken":null})"}) {
    EXPECT_TRUE(Bind(method, Parse(params), &token).ok()) << params;
    EXPECT_TRUE(token.is_null()) << params;
  }
  EXPECT_EQ(Bound(method, Parse(R"([5,"x",1.5])")),
            "progressToken: expected a string or an integer of at most 1024 characters, got another number");
  EXPECT_EQ(Bound(method, Parse(R"([5,"x",1,1])")),
            "expected at most 2 parameters and a progress token, got 4");
  // Others ignore it by name.
  EXPECT_EQ(Bound(kTwo, Parse(R"({"id":5,"progressToken":[]})")), R"({"id":5})");
  EXPECT_TRUE(Bind(kTwo, Parse(R"({"id":5,"progressToken":1})"), &token).ok());
  EXPECT_TRUE(token.is_null());
}

// StreamJsonRpc must fill the positions before its IProgress argument.
TEST(Parameters, NullByPositionMeansAnOmittedOptionalOne) {
  Declared method = kTwo;
  method.takes_progress_token = true;
  Json token;
  const auto bound = Bind(method, Parse("[5,null,7]"), &token);
  ASSERT_TRUE(bound.ok());
  EXPECT_EQ(bound.value(), Parse(R"({"id":5})"));
  EXPECT_EQ(token, 7);
  EXPECT_EQ(Bound(method, Parse("[null,null,7]")), "id: expected an integer of at least 1, got null");
  EXPECT_EQ(Bound(method, Parse(R"({"id":5,"text":null})")), "text: expected a string, got null");
  // Where null is a valid value, it is passed on.
  const Declared nullable = MethodWith({{"p", "", {{"type", {"string", "null"}}}, false}});
  EXPECT_EQ(Bound(nullable, Parse("[null]")), R"({"p":null})");
}

TEST(Parameters, AnIntegerWrittenAsAFloatBecomesAnInteger) {
  const auto result = Bind(MethodOf(Parse(R"({"type":"integer"})")), Parse(R"({"p":5.0})"));
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result.value().at("p").is_number_integer());
  EXPECT_EQ(result.value().at("p"), 5);
}

TEST(Parameters, ThatAreOmittedHaveTheirDefault) {
  const Declared method = MethodWith({{"first", "", {{"type", "integer"}, {"default", 100}}, false},
                                      {"second", "", {{"type", {"string", "null"}}, {"default", "x"}}, false},
                                      {"third", "", {{"type", "integer"}}, false}});
  for (const char* params : {"null", "{}", "[]", "[null]"}) {
    EXPECT_EQ(Bound(method, Parse(params)), R"({"first":100,"second":"x"})") << params;
  }
  EXPECT_EQ(Bound(method, Parse("[null,null,3]")), R"({"first":100,"second":null,"third":3})");
  EXPECT_EQ(Bound(method, Parse(R"({"first":5})")), R"({"first":5,"second":"x"})");
  EXPECT_EQ(Bound(method, Parse(R"({"first":null})")), "first: expected an integer, got null");
}

TEST(Parameters, InNestedObjectsAreCheckedByNameAndByPosition) {
  const Declared method =
      MethodOf(Parse(R"({"type":"array","items":{"type":"object","properties":{"sql":{"type":"string"},
      "limit":{"type":"integer"}},"required":["sql"],"additionalProperties":false}})"));
  const auto both = [&](const char* value) {
    const std::string by_name = Bound(method, Json{{"p", Parse(value)}});
    EXPECT_EQ(by_name, Bound(method, Json::array({Parse(value)})));
    return by_name;
  };
  EXPECT_EQ(both(R"([{"sql":"a","limit":5.0}])"), R"({"p":[{"limit":5,"sql":"a"}]})");
  EXPECT_EQ(both(R"([{"sql":"a"},{"sql":5}])"), "p[1].sql: expected a string, got an integer");
  EXPECT_EQ(both(R"([{"limit":1}])"), "p[0].sql: required, expected a string");
  EXPECT_EQ(both(R"([{"sql":"a","limits":1}])"), R"(p[0]: unknown member "limits")");
  EXPECT_EQ(Bound(method, Parse("{}")), "p: required, expected an array");
}

TEST(Parameters, AMessageContainsNoStringValue) {
  const std::string message = Bound(MethodOf(Parse(R"({"type":"integer"})")), Parse(R"({"p":"secret"})"));
  EXPECT_EQ(message.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace onbehalf::service
