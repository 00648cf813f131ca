#include "generate/source_text.h"

#include <gtest/gtest.h>

#include <string>

#include "onbehalf/client/client.h"
#include "support/hostile_texts.h"

namespace onbehalf::cli::generate {
namespace {

TEST(SourceText, ALiteralOfCppIsPrintableAscii) {
  EXPECT_EQ(CppLiteral("a\"b\\c\n1\xC3\xBC?\x7F"), "\"a\\\"b\\\\c\\0121\\303\\274\\?\\177\"");
  for (const std::string& text : test::HostileTexts()) {
    const std::string literal = CppLiteral(text);
    for (const char c : literal) ASSERT_TRUE(c >= 0x20 && c < 0x7F);
  }
}

TEST(SourceText, ALiteralOfTheOthersIsPrintableAscii) {
  EXPECT_EQ(JsonLiteral("a\"b\\c\n\xE2\x80\xA8"), "\"a\\\"b\\\\c\\n\\u2028\"");
  EXPECT_EQ(JsonLiteral("\xF0\x9F\x98\x80\x7F"), "\"\\ud83d\\ude00\\u007f\"");
}

TEST(SourceText, ACommentIsOneLineAndCannotBeEnded) {
  EXPECT_EQ(CommentText(" a\r\nb\tc\v\f d "), "a b c d");
  EXPECT_EQ(CommentText("*/ **/ *\n/"), "* / ** / * /");
  EXPECT_EQ(
      CommentText("x\xE2\x80\xA8y\xE2\x80\xA9z\xC2\x85w\xE2\x80\xAEv\xE2\x81\xA6u\xEF\xBB\xBFt\xD8\x9Cs"),
      "x y z w v u t s");
  EXPECT_EQ(CommentText("\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80"), "\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80");
  for (const std::string& text : test::HostileTexts()) {
    const std::string comment = CommentText(text);
    EXPECT_EQ(comment.find("*/"), std::string::npos);
    for (const char c : comment) ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  }
  EXPECT_EQ(XmlCommentText("a<b> & \"c\" */"), "a&lt;b&gt; &amp; \"c\" * /");
}

TEST(SourceText, ALineOfACommentNeverContinuesOntoTheNext) {
  SourceText source(2);
  source.Comment("// ", CommentText("C:\\folder\\"));
  source.Comment("// ", "what?\?/");
  EXPECT_EQ(source.text(), "// C:\\folder\\.\n// what?\?/.\n");
}

TEST(SourceText, CommentsAreBrokenBetweenWords) {
  SourceText source(2);
  source.Indent();
  source.Comment("// ", std::string(90, 'a') + " " + std::string(300, 'b') + " c d");
  source.Comment("// ", "");
  EXPECT_EQ(source.text(),
            "  // " + std::string(90, 'a') + "\n  // " + std::string(300, 'b') + "\n  // c d\n");
}

TEST(SourceText, LinesAreIndentedUnlessEmpty) {
  SourceText source(4);
  source.Line("a {");
  source.Indent();
  source.Line("b");
  source.Line();
  source.Outdent();
  source.Line("}");
  EXPECT_EQ(source.text(), "a {\n    b\n\n}\n");
}

}  // namespace
}  // namespace onbehalf::cli::generate
