#include "onbehalf/protocol/json_text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "allocations.h"
#include "onbehalf/protocol/limits.h"

namespace onbehalf::protocol {

void PrintTo(const JsonFault& fault, std::ostream* out) { *out << fault.Describe(); }

namespace {

using Kind = JsonFault::Kind;

JsonFault FaultOf(std::string_view text, const JsonLimits& limits = {}) {
  // An allocation of exactly the text's size, so that a sanitizer sees a byte read past its end.
  const std::vector<char> bytes(text.begin(), text.end());
  Json value = "from before";
  const JsonFault fault = ParseJson({bytes.data(), bytes.size()}, limits, value);
  EXPECT_EQ(value.is_discarded(), static_cast<bool>(fault));
  EXPECT_LE(fault.offset, text.size());
  return fault;
}

Json ValueOf(std::string_view text, const JsonLimits& limits = {}) {
  Json value;
  const JsonFault fault = ParseJson(text, limits, value);
  EXPECT_FALSE(fault) << text.substr(0, 200) << ": " << fault.Describe();
  return value;
}

void ExpectFault(std::string_view text, Kind kind, std::size_t offset, const JsonLimits& limits = {}) {
  const JsonFault fault = FaultOf(text, limits);
  EXPECT_EQ(static_cast<int>(fault.kind), static_cast<int>(kind))
      << text.substr(0, 200) << ": " << fault.Describe();
  EXPECT_EQ(fault.offset, offset) << text.substr(0, 200) << ": " << fault.Describe();
}

TEST(ParseJson, AcceptsWhatRfc8259Allows) {
  for (const std::string_view text : {
           // values
           "null",
           "true",
           "false",
           "0",
           "\"\"",
           "[]",
           "{}",
           "\"a\"",
           "-0",
           "42",
           // white space, all four kinds, around everything
           " [] ",
           "\t{}\t",
           "\n[\n1\n,\n2\n]\n",
           "\r\n{ \"a\" : 1 , \"b\" : 2 }\r\n",
           "  null  ",
           // numbers
           "[0]",
           "[-0]",
           "[-1]",
           "[123456789]",
           "[0.5]",
           "[-0.5]",
           "[1.50]",
           "[0e1]",
           "[0e+1]",
           "[0E-1]",
           "[1e10]",
           "[1E10]",
           "[1e+10]",
           "[1E-10]",
           "[1.5e3]",
           "[-1.5E-3]",
           "[20e1]",
           "[0.0]",
           "[-0.0]",
           "[1.0]",
           "[9223372036854775807]",
           "[-9223372036854775808]",
           "[18446744073709551615]",
           "[18446744073709551616]",
           "[1e308]",
           "[-1e308]",
           "[5e-324]",
           "[1e-400]",
           "[123e65]",
           "[0.000000000000000000000000000000000000001]",
           "[100000000000000000000000000000000]",
           "[1.7976931348623157e308]",
           // strings and escapes
           R"(["\"\\\/\b\f\n\r\t"])",
           R"(["\u0000"])",
           R"(["\u0061\u00E9\u20ac"])",
           R"(["\uD834\uDD1E"])",
           R"(["\ud834\udd1e"])",
           R"(["\uDBFF\uDFFF"])",
           R"(["\uFFFF"])",
           R"(["\uFFFE"])",
           R"(["\u2028\u2029"])",
           R"(["\\u0000"])",
           R"(["\\\\"])",
           R"(["\""])",
           "[\"\x7F\"]",
           "[\"/*not a comment*/\"]",
           "[\"a,b]c}d:e\"]",
           // UTF-8, the first and the last of every length
           "\"\xC2\x80\"",
           "\"\xDF\xBF\"",
           "\"\xE0\xA0\x80\"",
           "\"\xED\x9F\xBF\"",
           "\"\xEE\x80\x80\"",
           "\"\xEF\xBF\xBF\"",
           "\"\xF0\x90\x80\x80\"",
           "\"\xF4\x8F\xBF\xBF\"",
           "\"\xE2\x80\xA8\"",
           "\"\xEF\xBB\xBF\"",
           "{\"\xC3\xA9\":\"\xF0\x9F\x98\x80\"}",
           // objects and arrays
           R"({"":0})",
           R"({"a":{"a":{"a":[]}}})",
           R"([[[[]]],{}])",
           R"({"a":1,"A":2})",
           R"({"a":1,"b":1})",
           R"([{"a":1},{"a":1}])",
           R"({"a":{"a":1}})",
           R"({"\u0000":1,"":2})",
           R"([null,true,false,0,"",[],{}])",
           R"({"a b":[1,{"c":[{}]}]})",
       }) {
    EXPECT_FALSE(FaultOf(text)) << text << ": " << FaultOf(text).Describe();
  }
}

TEST(ParseJson, RefusesWhatRfc8259DoesNotAllow) {
  for (const std::string_view text : {
           // nothing, or more than one value
           "",
           " ",
           "\n",
           "[] []",
           "[]x",
           "{}}",
           "[]]",
           "1 2",
           "null,",
           "\"a\"\"b\"",
           "[],",
           // literals
           "nul",
           "nulll",
           "NULL",
           "True",
           "TRUE",
           "tru",
           "falsy",
           "undefined",
           "NaN",
           "Infinity",
           "-Infinity",
           "[nan]",
           "[inf]",
           "n",
           "t",
           "f",
           // numbers
           "[01]",
           "[-01]",
           "[00]",
           "[-]",
           "[+1]",
           "[1.]",
           "[.5]",
           "[-.5]",
           "[1.e1]",
           "[1e]",
           "[1e+]",
           "[1E-]",
           "[1ee1]",
           "[1e1.5]",
           "[0x10]",
           "[0b1]",
           "[1_000]",
           "[1,000.]",
           "[--1]",
           "[1-]",
           "[-1a]",
           "[1 .5]",
           "[1 e1]",
           "[-\t1]",
           "[1.2.3]",
           "[2.e3]",
           "[0e]",
           "[1+2]",
           "[\xEF\xBC\x91]",
           // strings
           "\"",
           "\"a",
           "'a'",
           "\"\\\"",
           "[\"\\x00\"]",
           "[\"\\a\"]",
           "[\"\\'\"]",
           "[\"\\0\"]",
           "[\"\\u\"]",
           "[\"\\u00\"]",
           "[\"\\u000\"]",
           "[\"\\u00g0\"]",
           "[\"\\U0061\"]",
           "[\"\\u 061\"]",
           "[\"\\\xC3\xA9\"]",
           "[\"\n\"]",
           "[\"\t\"]",
           "[\"\r\"]",
           "[\"\x01\"]",
           "[\"\x1F\"]",
           "[\"a]",
           "[a]",
           "[\"a\" \"b\"]",
           "\\u0022",
           "[\\n]",
           "\"\\",
           "\"\\u1\"",
           // unpaired surrogates
           R"(["\uD800"])",
           R"(["\uDBFF"])",
           R"(["\uDC00"])",
           R"(["\uDFFF"])",
           R"(["\uD800\uD800"])",
           R"(["\uD800a"])",
           R"(["\uD800\n"])",
           R"(["\uD800\u0061"])",
           R"(["\uDC00\uD800"])",
           R"(["\uD800\u"])",
           R"({"\uD800":1})",
           // arrays
           "[",
           "]",
           "[,]",
           "[1,]",
           "[,1]",
           "[1,,2]",
           "[1 2]",
           "[1;2]",
           "[1",
           "[1,",
           "[\"a\",",
           "[}",
           "[1}",
           "[[]",
           "[1:2]",
           "(1)",
           "[1]]",
           "[*]",
           // objects
           "{",
           "}",
           "{,}",
           "{\"a\"}",
           "{\"a\":}",
           "{\"a\":1,}",
           "{,\"a\":1}",
           "{\"a\" 1}",
           "{\"a\"=1}",
           "{a:1}",
           "{'a':1}",
           "{1:1}",
           "{null:1}",
           "{\"a\":1 \"b\":2}",
           "{\"a\":1;\"b\":2}",
           "{\"a\"::1}",
           "{\"a\":1:2}",
           "{:1}",
           "{[]:1}",
           "{{}:1}",
           "{\"a\":1",
           "{\"a\":",
           "{\"a\"",
           "{\"a",
           "{]",
           "{\"a\":1]",
           "{\"a\",\"b\"}",
           "{\"a\":1,,\"b\":2}",
           "{\"a\":a}",
           "{\"a\":/**/1}",
           "{\"a\":1}#",
           // characters that are not white space, comments, a BOM
           "[\f]",
           "[\v1]",
           "[1\b]",
           "\xC2\xA0[]",
           "[\xE2\x80\x83]",
           "/* */[]",
           "[]//",
           "# \n[]",
           "[1/*,*/]",
           "\xEF\xBB\xBF[]",
           "\xEF\xBB\xBF",
           "[]\xEF\xBB\xBF",
           "[\xEF\xBB\xBF]",
           "\xE2\x81\xA0{}",
           // other notations
           "<a/>",
           "{\"a\": undefined}",
           "[1,2,3}",
           "{\"a\": function(){}}",
           "`a`",
           "[0777]",
           "[1n]",
           "b'a'",
           "@",
           "*",
       }) {
    EXPECT_EQ(FaultOf(text).kind, Kind::kSyntax) << text << ": " << FaultOf(text).Describe();
  }
}

TEST(ParseJson, RefusesNulEverywhere) {
  using namespace std::string_view_literals;
  ExpectFault("\0"sv, Kind::kSyntax, 0);
  ExpectFault("[]\0"sv, Kind::kSyntax, 2);
  ExpectFault("[]\0garbage"sv, Kind::kSyntax, 2);
  ExpectFault("[\0]"sv, Kind::kSyntax, 1);
  ExpectFault("[\"\0\"]"sv, Kind::kSyntax, 2);
}

TEST(ParseJson, DistinguishesInvalidUtf8FromInvalidJson) {
  for (const std::string_view bytes : {
           "\x80",              // continuation alone
           "\xBF",              //
           "\xC0\x80",          // overlong
           "\xC0\xAF",          //
           "\xC1\xBF",          //
           "\xE0\x80\x80",      //
           "\xE0\x9F\xBF",      //
           "\xF0\x80\x80\x80",  //
           "\xF0\x8F\xBF\xBF",  //
           "\xED\xA0\x80",      // surrogates
           "\xED\xAF\xBF",      //
           "\xED\xB0\x80",      //
           "\xED\xBF\xBF",      //
           "\xF4\x90\x80\x80",  // over U+10FFFF
           "\xF5\x80\x80\x80",  //
           "\xF8\x88\x80\x80\x80",
           "\xFC\x84\x80\x80\x80\x80",
           "\xFE",
           "\xFF",
           "\xC2",              // cut short
           "\xE2\x82",          //
           "\xF0\x9F\x98",      //
           "\xC2\x41",          //
           "\xE2\x82\x41",      //
           "\xF0\x9F\x41\x80",  //
           "\xC2\xC2\x80",      //
       }) {
    ExpectFault("[\"ab" + std::string(bytes) + "\"]", Kind::kInvalidUtf8, 4);
    ExpectFault("{\"" + std::string(bytes) + "\":1}", Kind::kInvalidUtf8, 2);
    ExpectFault("[" + std::string(bytes) + "]", Kind::kInvalidUtf8, 1);
    ExpectFault("[]" + std::string(bytes), Kind::kInvalidUtf8, 2);
    ExpectFault("[\"\\" + std::string(bytes) + "\"]", Kind::kInvalidUtf8, 3);
  }
}

TEST(ParseJson, ReportsThePositionOfTheFault) {
  ExpectFault("", Kind::kSyntax, 0);
  ExpectFault("[1,2,x]", Kind::kSyntax, 5);
  ExpectFault("[1,2", Kind::kSyntax, 4);
  ExpectFault("{\"a\":1,}", Kind::kSyntax, 7);
  ExpectFault("[] []", Kind::kSyntax, 3);
  EXPECT_EQ(FaultOf("[1,2,x]").Describe(), "The text is not valid JSON (at byte 5).");
  EXPECT_EQ(FaultOf("[\"\xFF\"]").Describe(), "The text is not valid UTF-8 (at byte 2).");
}

TEST(ParseJson, NeverRepeatsThePeersBytes) {
  for (const std::string_view text :
       {"[secret]", "{\"secret\":1,\"secret\":2}", "[\"secret\xFF\"]", "[1e999]"}) {
    const std::string sentence = FaultOf(text).Describe();
    EXPECT_EQ(sentence.find("secret"), std::string::npos) << sentence;
    EXPECT_EQ(sentence.find("1e999"), std::string::npos) << sentence;
  }
}

TEST(ParseJson, RefusesTwoMembersWithOneName) {
  ExpectFault(R"({"a":1,"a":2})", Kind::kDuplicateKey, 9);
  ExpectFault(R"({"a":1,"\u0061":2})", Kind::kDuplicateKey, 14);
  ExpectFault(R"({"\u0061":1,"a":2})", Kind::kDuplicateKey, 14);
  ExpectFault(R"({"":1,"b":2,"":3})", Kind::kDuplicateKey, 13);
  ExpectFault(R"([{"x":{"a":null,"b":0,"a":null}}])", Kind::kDuplicateKey, 24);
  ExpectFault("{\"\xC3\xA9\":1,\"\\u00e9\":2}", Kind::kDuplicateKey, 15);
  ExpectFault("{\"\xF0\x9D\x84\x9E\":1,\"\\uD834\\uDD1E\":2}", Kind::kDuplicateKey, 23);
  ExpectFault(R"({"/":1,"\/":2})", Kind::kDuplicateKey, 10);
  // Names that only look alike: e with acute, and e with a combining acute.
  EXPECT_FALSE(FaultOf("{\"\xC3\xA9\":1,\"e\xCC\x81\":2}"));
}

TEST(ParseJson, AcceptsTheLimitOfDepthButNotOneMore) {
  const JsonLimits limits{.depth = 3};
  EXPECT_EQ(ValueOf("[{\"a\":[]}]", limits), Json::parse("[{\"a\":[]}]"));
  EXPECT_FALSE(FaultOf("[[[]],[[]],{\"a\":{}}]", limits));
  ExpectFault("[[[[]]]]", Kind::kTooDeep, 3, limits);
  ExpectFault("{\"a\":[{\"b\":{}}]}", Kind::kTooDeep, 11, limits);
  ExpectFault("[]", Kind::kTooDeep, 0, JsonLimits{.depth = 0});
  EXPECT_FALSE(FaultOf("1", JsonLimits{.depth = 0}));
  EXPECT_FALSE(FaultOf(std::string(64, '[') + std::string(64, ']')));
  ExpectFault(std::string(65, '[') + std::string(65, ']'), Kind::kTooDeep, 64);
}

TEST(ParseJson, AcceptsTheLimitOfStringBytesButNotOneMore) {
  const JsonLimits limits{.string_bytes = 4};
  for (const std::string_view string :
       {"abcd", "\\n\\n\\n\\n", "\\u0061bcd", "\xC3\xA9\xC3\xA9", "\\uD834\\uDD1E"}) {
    EXPECT_FALSE(FaultOf("[\"" + std::string(string) + "\"]", limits)) << string;
    EXPECT_FALSE(FaultOf("{\"" + std::string(string) + "\":1}", limits)) << string;
  }
  for (const std::string_view string : {"abcde", "\\n\\n\\n\\n\\n", "\xC3\xA9\xC3\xA9z", "\\uD834\\uDD1Ez"}) {
    EXPECT_EQ(FaultOf("[\"" + std::string(string) + "\"]", limits).kind, Kind::kStringTooLong) << string;
    EXPECT_EQ(FaultOf("{\"" + std::string(string) + "\":1}", limits).kind, Kind::kStringTooLong) << string;
    EXPECT_EQ(FaultOf("\"" + std::string(string) + "\"", limits).kind, Kind::kStringTooLong) << string;
  }
}

TEST(ParseJson, AcceptsTheLimitOfElementsButNotOneMore) {
  const JsonLimits limits{.array_elements = 3};
  EXPECT_FALSE(FaultOf("[1,2,3]", limits));
  EXPECT_FALSE(FaultOf("[[1,2,3],[1,2,3],[]]", limits));
  ExpectFault("[1,2,3,[]]", Kind::kTooManyElements, 7, limits);
  EXPECT_EQ(FaultOf("[1,2,3,4]", limits).kind, Kind::kTooManyElements);
  EXPECT_EQ(FaultOf("{\"a\":[0,0,0,{}]}", limits).kind, Kind::kTooManyElements);
  EXPECT_FALSE(FaultOf("[]", JsonLimits{.array_elements = 0}));
}

TEST(ParseJson, AcceptsTheLimitOfMembersButNotOneMore) {
  const JsonLimits limits{.object_members = 2};
  EXPECT_FALSE(FaultOf(R"({"a":1,"b":{"a":1,"b":2}})", limits));
  ExpectFault(R"({"a":1,"b":2,"c":3})", Kind::kTooManyMembers, 15, limits);
  EXPECT_FALSE(FaultOf("{}", JsonLimits{.object_members = 0}));
}

TEST(ParseJson, AcceptsTheLimitOfANumbersLengthButNotOneMore) {
  const std::string longest(kNumberBytes - 2, '7');
  EXPECT_FALSE(FaultOf("[0." + longest + "]"));
  ExpectFault("[0." + longest + "7]", Kind::kNumberOutOfRange, kNumberBytes + 1);
  EXPECT_FALSE(FaultOf("[\"0." + longest + longest + "\"]"));
}

// MinGW's strtod takes minutes for this one.
TEST(ParseJson, RefusesANumberOfMebibytesQuickly) {
  const std::string digits(4 * 1024 * 1024, '7');
  EXPECT_EQ(FaultOf("0." + digits).kind, Kind::kNumberOutOfRange);
  EXPECT_EQ(FaultOf("[1e-" + digits + "]").kind, Kind::kNumberOutOfRange);
}

TEST(ParseJson, RefusesNumbersThatADoubleCannotHold) {
  ExpectFault("[1e309]", Kind::kNumberOutOfRange, 5);
  EXPECT_EQ(FaultOf("[-1e400]").kind, Kind::kNumberOutOfRange);
  EXPECT_EQ(FaultOf("[1" + std::string(400, '0') + "]").kind, Kind::kNumberOutOfRange);
}

TEST(ParseJson, KeepsIntegersExactToTheEdgesOf64Bits) {
  EXPECT_EQ(ValueOf("9223372036854775807").get<std::int64_t>(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(ValueOf("-9223372036854775808").get<std::int64_t>(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(ValueOf("18446744073709551615").get<std::uint64_t>(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_TRUE(ValueOf("18446744073709551616").is_number_float());
  EXPECT_TRUE(ValueOf("-9223372036854775809").is_number_float());
  EXPECT_TRUE(ValueOf("1.0").is_number_float());
}

TEST(ParseJson, BuildsTheValueOfTheText) {
  const Json value = ValueOf(R"( {"a":[1,-2,3.5,true,null,"x\u0000\uD834\uDD1E"],"b":{"c":{},"d":[]}} )");
  EXPECT_EQ(value["a"][0], 1);
  EXPECT_EQ(value["a"][1], -2);
  EXPECT_EQ(value["a"][2], 3.5);
  EXPECT_EQ(value["a"][3], true);
  EXPECT_TRUE(value["a"][4].is_null());
  EXPECT_EQ(value["a"][5], std::string("x\0\xF0\x9D\x84\x9E", 6));
  EXPECT_EQ(value["b"], Json::parse(R"({"c":{},"d":[]})"));
  EXPECT_EQ(value.size(), 2u);
}

TEST(ParseJson, RefusesADepthBombAtTheFirstBracketOverTheLimit) {
  ExpectFault(std::string(1024 * 1024, '['), Kind::kTooDeep, 64);
  std::string objects;
  for (int i = 0; i < 200'000; ++i) {
    objects += "{\"a\":";
  }
  ExpectFault(objects, Kind::kTooDeep, 64 * 5);
}

// A recursive parser would need far more stack than the test has.
TEST(ParseJson, NeedsNoStackForDepth) {
  constexpr std::size_t kDeep = 1024 * 1024;
  const JsonLimits limits{.depth = kDeep};
  EXPECT_FALSE(FaultOf(std::string(kDeep, '[') + std::string(kDeep, ']'), limits));
  ExpectFault(std::string(kDeep, '['), Kind::kSyntax, kDeep, limits);
}

TEST(ParseJson, StoresNothingOfABombOverTheLimits) {
  std::string text = "[";
  for (int i = 0; i < 100'000; ++i) {
    text += "0,";
  }
  text += "0]";
  const JsonLimits limits{.array_elements = 100};
  Json value;
  ResetAllocations();
  EXPECT_EQ(ParseJson(text, limits, value).kind, Kind::kTooManyElements);
  // A full vector grows to at most twice its size.
  EXPECT_LE(AllocationsSinceReset().largest, 2 * limits.array_elements * sizeof(Json));
}

TEST(ToText, IsCompact) {
  EXPECT_EQ(
      ToText(Json::parse(R"( { "b" : [ 1 , -2 , 2.5 , true , false , null ] , "a" : { } , "c" : [ ] } )")),
      R"({"a":{},"b":[1,-2,2.5,true,false,null],"c":[]})");
  EXPECT_EQ(ToText(nullptr), "null");
  EXPECT_EQ(ToText(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(ToText(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(ToText(1.0), "1.0");
}

TEST(ToText, EscapesOnlyWhatMustBeEscaped) {
  std::string controls;
  for (char c = 1; c < 0x20; ++c) {
    controls += c;
  }
  EXPECT_EQ(
      ToText(controls),
      "\"\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f\\u0010\\u0011"
      "\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c\\u001d\\u001e\\u001f\"");
  EXPECT_EQ(ToText(std::string("a\0b", 3)), "\"a\\u0000b\"");
  EXPECT_EQ(ToText("\"\\/\x7F\xC3\xA9\xF0\x9D\x84\x9E"), "\"\\\"\\\\/\x7F\xC3\xA9\xF0\x9D\x84\x9E\"");
  EXPECT_EQ(ToText(Json{{"k\n", 1}}), "{\"k\\n\":1}");
}

TEST(ToText, AgreesWithTheLibrarysOwnWriter) {
  for (const std::string_view text :
       {R"([0.1,1e100,-1.5e-7,5e-324,1.7976931348623157e308,-0.0,3.0])", R"({"a":{"b":[[],{},"é\u0001"]}})",
        R"(["\u0000\u001f\u007f\"\\\b\f\n\r\t"])", R"([18446744073709551615,-9223372036854775808])"}) {
    const Json value = ValueOf(text);
    EXPECT_EQ(ToText(value), value.dump());
    EXPECT_EQ(ValueOf(ToText(value)), value);
  }
}

TEST(ToText, RefusesStringsThatAreNotUtf8) {
  for (const std::string_view bytes : {"\xFF", "\xC0\x80", "\xED\xA0\x80", "a\xC2", "\xF4\x90\x80\x80"}) {
    EXPECT_THROW(ToText(std::string(bytes)), std::invalid_argument);
    EXPECT_THROW(ToText(Json{{std::string(bytes), 1}}), std::invalid_argument);
    EXPECT_THROW(ToText(Json::array({1, std::string(bytes)})), std::invalid_argument);
  }
}

TEST(ToText, RefusesValuesThatJsonCannotRepresent) {
  EXPECT_THROW(ToText(Json(Json::value_t::discarded)), std::invalid_argument);
  EXPECT_THROW(ToText(Json::binary({1, 2})), std::invalid_argument);
}

// Long strings bypass the grammar's reader: the result must not depend on that.
TEST(JsonText, LongStringsAreUnchangedInEveryPosition) {
  for (const std::size_t size : {1023u, 1024u, 1025u, 100'000u}) {
    const std::string plain(size, 'x');
    const std::string wide = [size] {
      std::string text;
      while (text.size() < size) text += "\xE2\x82\xAC";
      return text;
    }();
    for (const std::string& text : {"\"" + plain + "\"", "[\"" + plain + "\",\"a\",\"" + wide + "\"]",
                                    "{\"" + plain + "\":\"" + wide + "\",\"a\":\"\",\"b\":1}",
                                    "[\"\",\"" + plain + "\\n\",\"" + plain + "\",\"\\\\\",\"" + wide +
                                        "\\\"\",\"" + plain + "\\\\\",\"" + wide + "\"]",
                                    "{\"a\":{\"b\":[\"" + plain + "\",\"\"]},\"\":\"" + plain + "\"}"}) {
      Json value;
      const JsonFault fault = ParseJson(text, {}, value);
      ASSERT_FALSE(fault) << fault.Describe();
      EXPECT_TRUE(value == Json::parse(text)) << size;
    }
  }
}

TEST(JsonText, FaultsNextToLongStringsHaveTheRightPosition) {
  const std::string plain(2000, 'x');
  const std::string quoted = "\"" + plain + "\"";
  ExpectFault("[" + quoted + " " + quoted + "]", Kind::kSyntax, 4005);
  ExpectFault("[" + quoted + "," + quoted + ",]", Kind::kSyntax, 4007);
  ExpectFault("[" + quoted + "x]", Kind::kSyntax, 2003);
  ExpectFault("[x," + quoted + "]", Kind::kSyntax, 1);
  // The name's closing quote.
  ExpectFault("{" + quoted + ":1," + quoted + ":2}", Kind::kDuplicateKey, 4007);
  JsonLimits limits;
  limits.string_bytes = 1999;
  ExpectFault("[\"\"," + quoted + "]", Kind::kStringTooLong, 2005, limits);
  // What the reader would have refused in it is still refused.
  EXPECT_EQ(FaultOf("[\"" + plain + "\n\"]").kind, Kind::kSyntax);
  EXPECT_EQ(FaultOf("[\"" + plain + "\x1F" + plain + "\"]").kind, Kind::kSyntax);
  EXPECT_EQ(FaultOf("[\"" + plain + "\\x" + plain + "\"]").kind, Kind::kSyntax);
  EXPECT_EQ(FaultOf("[\"" + plain).kind, Kind::kSyntax);
  EXPECT_EQ(FaultOf("[\"" + plain + "\xFF\"]").kind, Kind::kInvalidUtf8);
  EXPECT_EQ(FaultOf(std::string("[\"") + plain + std::string("\0\"]", 3)).kind, Kind::kSyntax);
}

// Eight bytes are checked at a time: tests every byte in every position.
TEST(JsonText, EveryByteOfAStringIsChecked) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t place = 0; place < 20; ++place) {
      std::string content(20, 'x');
      content[place] = static_cast<char>(byte);
      const bool is_plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
      Json value;
      EXPECT_EQ(!ParseJson("[\"" + content + "\"]", {}, value), is_plain) << byte << " at " << place;
      if (byte < 0x80) {
        EXPECT_EQ(Json::parse(ToText(Json(content))), Json(content)) << byte << " at " << place;
      } else {
        EXPECT_THROW(ToText(Json(content)), std::invalid_argument) << byte << " at " << place;
      }
    }
  }
}

}  // namespace
}  // namespace onbehalf::protocol
