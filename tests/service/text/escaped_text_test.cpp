#include "text/escaped_text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/limits.h"
#include "support/hostile_texts.h"

namespace onbehalf::service {
namespace {

std::string Escaped(std::string_view text, Escaping escaping, std::size_t max_bytes = 1000) {
  std::string out;
  AppendEscaped(out, text, escaping, max_bytes);
  return out;
}

TEST(EscapedText, LeavesOrdinaryTextOfEveryLanguageUnchanged) {
  const std::string text =
      "DOMAIN-J\xC3\xB6rg \xE6\x97\xA5\xE6\x9C\xAC \xF0\x9F\x98\x80 a/b:c;d'e`f{g}[h] \xC2\xA0 \xE2\x82\xAC";
  EXPECT_EQ(Escaped(text, Escaping::kJson), text);
  EXPECT_EQ(Escaped(text, Escaping::kLog), text);
}

TEST(EscapedText, EscapesWhatCouldBreakALine) {
  struct Row {
    std::string_view text, json, log;
  };
  const std::vector<Row> rows = {
      {"\n", "\\u000a", "\\n"},
      {"\r", "\\u000d", "\\r"},
      {"\t", "\\u0009", "\\t"},
      {std::string_view("\0", 1), "\\u0000", "\\u{00}"},
      {"\x1b", "\\u001b", "\\u{1b}"},
      {"\x7f", "\\u007f", "\\u{7f}"},
      {"\"", "\\\"", "\\\""},
      {"\\", "\\\\", "\\\\"},
      {"\xC2\x85", "\\u0085", "\\u{85}"},
      {"\xC2\x9B", "\\u009b", "\\u{9b}"},
      {"\xE2\x80\xA8", "\\u2028", "\\u{2028}"},
      {"\xE2\x80\xAE", "\\u202e", "\\u{202e}"},
      {"\xE2\x81\xA6", "\\u2066", "\\u{2066}"},
      {"\xEF\xBB\xBF", "\\ufeff", "\\u{feff}"},
      {"\xFF", "\xEF\xBF\xBD", "\\xff"},
      {"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD", "\\xc0\\xaf"},
      {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD", "\\xed\\xa0\\x80"},
      {"\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD", "\\xf4\\x90\\x80\\x80"},
      {"\xE2\x82", "\xEF\xBF\xBD\xEF\xBF\xBD", "\\xe2\\x82"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Escaped(row.text, Escaping::kJson), row.json);
    EXPECT_EQ(Escaped(row.text, Escaping::kLog), row.log);
  }
}

TEST(EscapedText, IsTruncatedBetweenTwoCharactersAndMarked) {
  EXPECT_EQ(Escaped("abcdef", Escaping::kLog, 6), "abcdef");
  EXPECT_EQ(Escaped("abcdefg", Escaping::kLog, 6), "abcdef\xE2\x80\xA6");
  EXPECT_EQ(Escaped("abcd\xE2\x82\xAC"
                    "e",
                    Escaping::kLog, 6),
            "abcd\xE2\x80\xA6");
  EXPECT_EQ(Escaped("abc\xE2\x82\xAC"
                    "e",
                    Escaping::kLog, 6),
            "abc\xE2\x82\xAC\xE2\x80\xA6");
  EXPECT_EQ(Escaped("ab", Escaping::kLog, 0), "\xE2\x80\xA6");
}

TEST(EscapedText, IsAlwaysOneJsonStringOfBoundedLength) {
  for (const std::string& text : test::HostileTexts()) {
    const std::string escaped = Escaped(text, Escaping::kJson, 256);
    EXPECT_LE(escaped.size(), 6u * 256 + 3);
    EXPECT_EQ(escaped.find('\n'), std::string::npos);
    protocol::Json value;
    EXPECT_FALSE(protocol::ParseJson("\"" + escaped + "\"", protocol::JsonLimits{}, value)) << escaped;
  }
}

TEST(EscapedText, ForTheLogIsPrintableAndCannotCloseItsQuotation) {
  for (const std::string& text : test::HostileTexts()) {
    const std::string escaped = Escaped(text, Escaping::kLog, 256);
    for (std::size_t i = 0; i < escaped.size(); ++i) {
      EXPECT_GE(static_cast<unsigned char>(escaped[i]), 0x20);
      if (escaped[i] == '\\') {
        ++i;  // the escaped character
        ASSERT_LT(i, escaped.size());
      } else {
        EXPECT_NE(escaped[i], '"');
      }
    }
  }
}

}  // namespace
}  // namespace onbehalf::service
