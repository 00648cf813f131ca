#include "onbehalf/protocol/json_with_comments.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/protocol/limits.h"

namespace onbehalf::protocol {
namespace {

using Kind = JsonFault::Kind;

JsonFault Parse(std::string_view text, Json& value, const JsonLimits& limits = {}) {
  // An allocation of exactly the text's size, so that a sanitizer sees a byte read past its end.
  const std::vector<char> bytes(text.begin(), text.end());
  return ParseJsonWithComments({bytes.data(), bytes.size()}, limits, value);
}

// The value in strict JSON, or the fault.
std::string Read(std::string_view text, const JsonLimits& limits = {}) {
  Json value = "from before";
  const JsonFault fault = Parse(text, value, limits);
  if (!fault) return value.is_discarded() ? "nothing" : ToText(value);
  EXPECT_TRUE(value.is_discarded()) << text;
  return fault.Describe();
}

void ExpectFault(std::string_view text, Kind kind, std::size_t offset, const JsonLimits& limits = {}) {
  Json value = "from before";
  const JsonFault fault = Parse(text, value, limits);
  EXPECT_EQ(static_cast<int>(fault.kind), static_cast<int>(kind)) << text << ": " << fault.Describe();
  EXPECT_EQ(fault.offset, offset) << text << ": " << fault.Describe();
  EXPECT_TRUE(value.is_discarded()) << text;
}

TEST(ParseJsonWithComments, TakesCommentsForWhiteSpace) {
  EXPECT_EQ(Read("{\"a\": 1} // the end"), R"({"a":1})");
  EXPECT_EQ(Read("// first\n// second\r\n{ // third\r\"a\": 1 }//"), R"({"a":1})");
  EXPECT_EQ(Read("/* a */{/**/\"a\"/***/:/* , } */1/*/ */}/* // */"), R"({"a":1})");
  EXPECT_EQ(Read("[1, /* two lines\n of it */ 2]"), "[1,2]");
  EXPECT_EQ(Read("[1 // /*\n, 2 // */\n]"), "[1,2]");
  EXPECT_EQ(Read("[1 /* \" */, \"2\" // \"\n]"), R"([1,"2"])");
  EXPECT_EQ(Read("[1] // gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x99\x82"), "[1]");
  // A comment separates, it does not join.
  ExpectFault("[1/**/2]", Kind::kSyntax, 6);
  ExpectFault("[tr/**/ue]", Kind::kSyntax, 3);
}

TEST(ParseJsonWithComments, LeavesStringsAlone) {
  const std::string_view strings =
      R"(["// no comment", "/* nor this */", "a\"// b", "\\", "x,]", ",}"] // \")";
  const std::string_view kept = R"(["// no comment","/* nor this */","a\"// b","\\","x,]",",}"])";
  EXPECT_EQ(Read(strings), kept);
  const std::string_view member = R"({"http://host/*": "C:\\folder\\" /* " */})";
  const std::string_view kept_member = R"({"http://host/*":"C:\\folder\\"})";
  EXPECT_EQ(Read(member), kept_member);
}

TEST(ParseJsonWithComments, AcceptsOneCommaAfterTheLastMemberOrElement) {
  EXPECT_EQ(Read("[1,]"), "[1]");
  EXPECT_EQ(Read("{\"a\": [\"b\", ], }"), R"({"a":["b"]})");
  EXPECT_EQ(Read("[1, // one\n /* no more */ ]"), "[1]");
  EXPECT_EQ(Read("[{},[],null,]"), "[{},[],null]");
}

TEST(ParseJsonWithComments, RefusesEveryOtherComma) {
  for (const std::string_view text : {"[,]", "{,}", "[1,,]", "[,1]", "{\"a\":1,,}", "{\"a\":,}", "{\"a\",}",
                                      "[1],", ",", ",[1]", "[1,/**/,]", "[1,}"}) {
    EXPECT_TRUE(Read(text).starts_with("The text is not valid JSON (at byte ")) << text << ": " << Read(text);
  }
  ExpectFault("[1,,]", Kind::kSyntax, 3);
  ExpectFault("[1,/**/,]", Kind::kSyntax, 7);
}

TEST(ParseJsonWithComments, HasNothingInATextWithoutAValue) {
  for (const std::string_view text : {"", " \t\r\n", "// only this", "/* a */ // b\n/* c */\n"}) {
    EXPECT_EQ(Read(text), "nothing") << text;
  }
}

TEST(ParseJsonWithComments, NamesTheCommentThatIsNotClosed) {
  ExpectFault("{} /* to the end", Kind::kUnclosedComment, 3);
  ExpectFault("/*", Kind::kUnclosedComment, 0);
  ExpectFault("/*/", Kind::kUnclosedComment, 0);
  ExpectFault("[1, /* a */ /* 2]", Kind::kUnclosedComment, 12);
  ExpectFault("/* // */ [/* ]", Kind::kUnclosedComment, 10);
  EXPECT_EQ(Read("{} /*"), "A comment is not closed (at byte 3).");
  // What is wrong before it comes first.
  ExpectFault("{\"a\" 1} /*", Kind::kSyntax, 5);
  ExpectFault("{\"a: 1,\n\"b\": \"/*\"}", Kind::kSyntax, 7);
}

TEST(ParseJsonWithComments, SaysThatCommentsDoNotNest) {
  ExpectFault("{ /* a /* b */ c */ }", Kind::kSyntax, 15);
  ExpectFault("{ /* a /* b */ */ }", Kind::kUnopenedComment, 15);
  ExpectFault("*/", Kind::kUnopenedComment, 0);
  ExpectFault("[1 */]", Kind::kUnopenedComment, 3);
  EXPECT_EQ(Read("[] */"), "A comment is closed that is not open (comments do not nest) (at byte 3).");
}

TEST(ParseJsonWithComments, RefusesAllOtherNotations) {
  for (const std::string_view text :
       {"[1] # a", "[1] / a", "/", "[1] -- a", "<!-- a -->[]", "{a: 1}", "{'a': 1}", "[0x1]", "[+1]", "[.5]",
        "[1] ; a", "/ / a\n[]", "/ * a */[]", "[\"a\" // b\n\"c\"]"}) {
    EXPECT_TRUE(Read(text).starts_with("The text is not valid JSON (at byte ")) << text << ": " << Read(text);
  }
}

TEST(ParseJsonWithComments, RefusesInCommentsWhatNoTextMayContain) {
  using namespace std::string_view_literals;
  ExpectFault("[1] // \xFF", Kind::kInvalidUtf8, 7);
  ExpectFault("/* \xC3 */[1]", Kind::kInvalidUtf8, 3);
  ExpectFault("[1] // \xE2\x82", Kind::kInvalidUtf8, 7);
  ExpectFault("/* \xED\xA0\x80 */[1]", Kind::kInvalidUtf8, 3);
  ExpectFault("/* \0 */[1]"sv, Kind::kSyntax, 3);
  ExpectFault("// \xFF", Kind::kInvalidUtf8, 3);
  ExpectFault("\xEF\xBB\xBF// a\n[]", Kind::kSyntax, 0);
}

TEST(ParseJsonWithComments, HasTheFaultsOfStrictJsonAtTheirPlaces) {
  JsonLimits limits;
  limits.depth = 2;
  ExpectFault("/* [[[[ */ [[[1]]]", Kind::kTooDeep, 13, limits);
  ExpectFault("{ /* a */ \"a\": 1, // b\n \"a\": 2}", Kind::kDuplicateKey, 26);
  ExpectFault("[/* a\n */ 1e999]", Kind::kNumberOutOfRange, 14);
  // Long strings bypass the reader.
  const std::string longest(5000, 'x');
  EXPECT_EQ(Read("[ /* a */ \"" + longest + "\", ] // b"), "[\"" + longest + "\"]");
  ExpectFault("[ /* a */ \"" + longest + "\" x]", Kind::kSyntax, 10 + 5002 + 1);
}

TEST(ParseJsonWithComments, ReadsStrictJsonAsParseJsonDoes) {
  for (const std::string_view text : {"null", "[]", "{\"a\":[1,2.5,\"\\u00e9\",true]}", "\"a\"", "[1,2",
                                      "{\"a\"}", "nul", "\"", "\"\\", "\"\\\"", "[\"\n\"]", "{}}"}) {
    Json strict, value;
    const JsonFault expected = ParseJson(text, {}, strict);
    const JsonFault fault = Parse(text, value);
    EXPECT_EQ(fault.kind, expected.kind) << text;
    EXPECT_EQ(fault.offset, expected.offset) << text;
    EXPECT_EQ(value.is_discarded() ? "" : ToText(value), strict.is_discarded() ? "" : ToText(strict)) << text;
  }
}

TEST(ParseJsonWithComments, IsNotHowMessagesAreRead) {
  for (const std::string_view text : {R"({"jsonrpc":"2.0","id":1,"method":"rpc.ping"} // a)",
                                      R"(/* a */{"jsonrpc":"2.0","id":1,"method":"rpc.ping"})",
                                      R"({"jsonrpc":"2.0","id":1,"method":"rpc.ping",})",
                                      R"({"jsonrpc":"2.0","id":1,"method":"rpc.ping","params":[1,]})"}) {
    const ParsedFrame frame = ParseFrame(text, JsonLimits{}, 64);
    ASSERT_TRUE(frame.fault) << text;
    EXPECT_EQ(frame.fault->code, ErrorCode::kParseError) << text;
    EXPECT_TRUE(frame.stream_broken) << text;
  }
}

}  // namespace
}  // namespace onbehalf::protocol
