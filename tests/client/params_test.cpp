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
  // An unpaired surrogate.
  EXPECT_THROW(ToUtf8Text(std::string("\xFF\xFE\x00\xD8", 4)), UsageError);
}

}  // namespace
}  // namespace onbehalf::cli
