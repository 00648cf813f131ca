#include "onbehalf/protocol/utf8.h"

#include <gtest/gtest.h>

#include <string_view>

namespace onbehalf::protocol {
namespace {

using std::string_view_literals::operator""sv;

TEST(Utf8, IsWellFormedInAllOfItsCharacters) {
  for (const std::string_view text :
       {""sv, "a"sv, "a\0b"sv, "\xC3\xA9"sv, "\xE2\x82\xAC and \xF0\x9F\x98\x80"sv}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
  // A stray byte, a truncated one, an overlong form, a surrogate, one over U+10FFFF; first, and after valid
  // ones.
  for (const std::string_view text :
       {"\x80"sv, "a\xFF"sv, "\xC3\xA9\xE2\x82"sv, "\xC0\x80"sv, "a\xED\xA0\x80z"sv, "\xF4\x90\x80\x80"sv}) {
    EXPECT_FALSE(IsUtf8(text)) << text;
  }
}

}  // namespace
}  // namespace onbehalf::protocol
