#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "messages.h"
#include "module_server.h"
#include "onbehalf/protocol/error_code.h"
#include "raw_client.h"

// onbehalf/typed_module.hpp, as the module of typed_module.cpp uses it.
namespace onbehalf::test {
namespace {

using protocol::ErrorCode;

class TypedModule : public testing::Test {
 protected:
  Json Described(const char* name) {
    const Json methods = client_.Call("rpc.discover").at("result").at("methods");
    const auto found = std::find_if(methods.begin(), methods.end(),
                                    [&](const Json& each) { return each.at("name") == name; });
    return found == methods.end() ? Json() : *found;
  }
  // The messages of typed.count up to its answer.
  std::vector<Json> Count(const Json& params) {
    client_.Send(RequestMessage(1, "typed.count", params));
    return client_.ReadToAnswer();
  }

  static Json Counted(const char* word, int number) { return {{"word", word}, {"number", number}}; }
  static Json PieceOf(const char* word, int number) {
    return NotificationMessage("$/progress", {{"token", "t"}, {"value", Counted(word, number)}});
  }

  ModuleServer server_{ModuleServer::Load{{"typed", "{}"}}};
  RawClient client_{server_.pipe_path()};
};

const Json& ParametersOfCount() {
  static const Json parameters =
      Json::array({{{"name", "word"},
                    {"summary", "Comes back."},
                    {"required", true},
                    {"schema", {{"type", "string"}, {"maxLength", 8}}}},
                   {{"name", "count"},
                    {"summary", "So many (2)."},
                    {"required", false},
                    {"schema", {{"type", "integer"}, {"minimum", 1}, {"maximum", 9}}}}});
  return parameters;
}

const Json& SchemaOfCounted() {
  static const Json schema = {{"type", "object"},
                              {"properties",
                               {{"word", {{"type", "string"}, {"description", "the parameter"}}},
                                {"number", {{"type", "integer"}, {"description", "from 1"}}}}},
                              {"required", {"word", "number"}}};
  return schema;
}

TEST_F(TypedModule, ItsStructsDescribeAStream) {
  const Json count = Described("typed.count");
  ASSERT_TRUE(count.is_object());
  EXPECT_EQ(count.at("params"), ParametersOfCount());
  EXPECT_EQ(count.at("x-progress").at("schema"), SchemaOfCounted());
}

TEST_F(TypedModule, AStreamIsOpenedWithItsParameters) {
  EXPECT_EQ(
      Count({{"word", "x"}, {"count", 3}, {"progressToken", "t"}}),
      (std::vector<Json>{PieceOf("x", 1), PieceOf("x", 2), PieceOf("x", 3), ResultMessage(1, nullptr)}));
}

TEST_F(TypedModule, AStreamsStructKeepsItsOwnValuesForWhatIsNotGiven) {
  EXPECT_EQ(Count({{"word", "long"}, {"progressToken", "t"}}),
            (std::vector<Json>{PieceOf("long", 1), PieceOf("long", 2), ResultMessage(1, nullptr)}));
}

TEST_F(TypedModule, AStreamIsNotOpenedWithWhatItsStructDoesNotAllow) {
  for (const Json& params :
       {Json{{"progressToken", "t"}}, Json{{"word", "123456789"}, {"progressToken", "t"}},
        Json{{"word", "x"}, {"count", 10}, {"progressToken", "t"}},
        Json{{"word", "x"}, {"other", 1}, {"progressToken", "t"}}}) {
    const auto messages = Count(params);
    ASSERT_EQ(messages.size(), 1U) << params;
    EXPECT_EQ(ErrorCodeOf(messages.front()), static_cast<int>(ErrorCode::kInvalidParams)) << params;
  }
}

TEST_F(TypedModule, WhatOpeningAStreamThrowsIsItsAnswer) {
  EXPECT_EQ(Count({{"word", "refused"}, {"progressToken", "t"}}),
            std::vector<Json>{ErrorMessageFor(1, ErrorCode::kInvalidParams, "word: it is refused")});
}

TEST_F(TypedModule, AResultMayBeAListOfStructs) {
  const Json list = Described("typed.list");
  ASSERT_TRUE(list.is_object());
  EXPECT_EQ(list.at("params"), ParametersOfCount());
  EXPECT_EQ(list.at("result").at("schema"), (Json{{"type", "array"}, {"items", SchemaOfCounted()}}));
  const Json expected = Json::array({Counted("x", 1), Counted("x", 2)});
  EXPECT_EQ(client_.Call("typed.list", {{"word", "x"}}).at("result"), expected);
  EXPECT_EQ(client_.Call("typed.list", Json::array({"x", 2})).at("result"), expected);
}

}  // namespace
}  // namespace onbehalf::test
