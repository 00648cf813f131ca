#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "params.h"
#include "usage_error.h"

namespace onbehalf::cli {
namespace {

using client::Json;

TEST(Params, AreAnObjectOrAnArray) {
  EXPECT_EQ(ParseParams("{\"a\":[1,2]}"), Json({{"a", {1, 2}}}));
  EXPECT_EQ(ParseParams(" [1] "), Json::array({1}));
  for (const char* text : {"", "5", "\"x\"", "null", "{a:1}", "{\"a\":1", "{\"a\":1,\"a\":2}", "{} {}"}) {
    EXPECT_THROW(ParseParams(text), UsageError) << text;
  }
}

TEST(Params, AreReadWithAnyByteOrderMark) {
  EXPECT_EQ(ToUtf8Text("{}"), "{}");
  EXPECT_EQ(ToUtf8Text("\xEF\xBB\xBF{}"), "{}");
  EXPECT_EQ(ToUtf8Text(std::string("\xFF\xFE{\0}\0\xE4\0", 8)), "{}\xC3\xA4");
  // U+1F600, a surrogate pair.
  EXPECT_EQ(ToUtf8Text(std::string("\xFF\xFE\x3D\xD8\x00\xDE", 6)), "\xF0\x9F\x98\x80");
}

TEST(Params, AreRefusedWithAnUnpairedSurrogate) {
  for (const std::string& text : {std::string("\xFF\xFE\x00\xD8", 4),             // the text ends
                                  std::string("\xFF\xFE\x00\xDE", 4),             // a low one alone
                                  std::string("\xFF\xFE\x3D\xD8\x41\x00", 6),     // a letter follows
                                  std::string("\xFF\xFE\x3D\xD8\x3D\xD8", 6)}) {  // another high one follows
    EXPECT_THROW(ToUtf8Text(text), UsageError);
  }
}

}  // namespace
}  // namespace onbehalf::cli
