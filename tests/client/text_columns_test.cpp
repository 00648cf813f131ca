#include "text_columns.h"

#include <gtest/gtest.h>

namespace onbehalf::cli {
namespace {

TEST(TextColumns, OfCharacters) {
  EXPECT_EQ(ColumnsOf(U'a'), 1u);
  EXPECT_EQ(ColumnsOf(U'\u00E4'), 1u);
  EXPECT_EQ(ColumnsOf(U'\u0301'), 0u);
  EXPECT_EQ(ColumnsOf(U'\u6F22'), 2u);
  EXPECT_EQ(ColumnsOf(U'\U0001F600'), 2u);
  EXPECT_EQ(ColumnsOf("a\xC3\xA4\xE6\xBC\xA2"), 4u);
}

TEST(TextColumns, TruncatesAtWholeCharacters) {
  EXPECT_EQ(FirstColumns("a\xE6\xBC\xA2z", 2), "a");
  EXPECT_EQ(FirstColumns("a\xE6\xBC\xA2z", 3), "a\xE6\xBC\xA2");
  EXPECT_EQ(FirstColumns("e\xCC\x81z", 1), "e\xCC\x81");
  EXPECT_EQ(FirstColumns("abc", 0), "");
  EXPECT_EQ(FirstColumns("abc", 9), "abc");
}

TEST(TextColumns, ReadsAnyBytes) {
  const std::string text = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80";
  EXPECT_EQ(ToCodePoints(text), U"a\u00E4\u20AC\U0001F600");
  EXPECT_EQ(ToUtf8(ToCodePoints(text)), text);
  // A lone continuation byte, a truncated character, an overlong one, a surrogate, one beyond Unicode.
  EXPECT_EQ(ToCodePoints("\x80z"), U"\uFFFDz");
  EXPECT_EQ(ToCodePoints("\xE2\x82"), U"\uFFFD\uFFFD");
  EXPECT_EQ(ToCodePoints("\xE0\x80\xAF"), U"\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(ToCodePoints("\xED\xA0\x80"), U"\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(ToCodePoints("\xF4\x90\x80\x80"), U"\uFFFD\uFFFD\uFFFD\uFFFD");
  const char32_t surrogate[] = {0xD800, 0};
  EXPECT_EQ(ToUtf8(surrogate), "\xEF\xBF\xBD");
}

}  // namespace
}  // namespace onbehalf::cli
