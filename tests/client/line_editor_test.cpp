#include "shell/line_editor.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "text_columns.h"

namespace onbehalf::cli::shell {
namespace {

using Event = LineEditor::Event;

class LineEditorTest : public testing::Test {
 protected:
  // The text with the cursor in it, after these keys.
  std::string After(std::string_view text, const std::vector<KeyKind>& keys = {}) {
    LineEditor editor(history_, Completer());
    return After(editor, text, keys);
  }
  std::string After(LineEditor& editor, std::string_view text, const std::vector<KeyKind>& keys = {}) {
    for (const char32_t c : ToCodePoints(text)) EXPECT_EQ(editor.Take({KeyKind::kText, c}), Event::kNone);
    for (const KeyKind key : keys) EXPECT_EQ(editor.Take({key}), Event::kNone);
    return editor.text();
  }
  // Types a mark at the cursor.
  std::string Marked(std::string_view text, std::vector<KeyKind> keys) {
    LineEditor editor(history_, Completer());
    After(editor, text, keys);
    return After(editor, "|");
  }
  LineEditor::Completer Completer() {
    return [this](std::string_view before) {
      asked_.emplace_back(before);
      return found_;
    };
  }

  History history_;
  Completions found_;
  std::vector<std::string> asked_;
};

TEST_F(LineEditorTest, InsertsWhereTheCursorIs) {
  EXPECT_EQ(After("ab"), "ab");
  EXPECT_EQ(Marked("ab", {}), "ab|");
  EXPECT_EQ(Marked("ab", {KeyKind::kLeft}), "a|b");
  EXPECT_EQ(Marked("ab", {KeyKind::kHome}), "|ab");
  EXPECT_EQ(Marked("ab", {KeyKind::kHome, KeyKind::kLeft}), "|ab");
  EXPECT_EQ(Marked("ab", {KeyKind::kHome, KeyKind::kRight}), "a|b");
  EXPECT_EQ(Marked("ab", {KeyKind::kHome, KeyKind::kEnd, KeyKind::kRight}), "ab|");
  EXPECT_EQ(After("a\x1b\x7f\x01z"), "az");
}

TEST_F(LineEditorTest, Deletes) {
  EXPECT_EQ(After("abc", {KeyKind::kBackspace}), "ab");
  EXPECT_EQ(After("", {KeyKind::kBackspace}), "");
  EXPECT_EQ(After("abc", {KeyKind::kDelete}), "abc");
  EXPECT_EQ(After("abc", {KeyKind::kHome, KeyKind::kDelete}), "bc");
  EXPECT_EQ(After("abc", {KeyKind::kLeft, KeyKind::kBackspace}), "ac");
  EXPECT_EQ(After("abc", {KeyKind::kEscape}), "");
}

TEST_F(LineEditorTest, MovesAndDeletesByWord) {
  EXPECT_EQ(Marked("file.write path=x", {KeyKind::kWordLeft}), "file.write path=|x");
  EXPECT_EQ(Marked("file.write path=x", {KeyKind::kWordLeft, KeyKind::kWordLeft}), "file.write |path=x");
  EXPECT_EQ(Marked("a b", {KeyKind::kHome, KeyKind::kWordLeft}), "|a b");
  EXPECT_EQ(Marked("file.write x", {KeyKind::kHome, KeyKind::kWordRight}), "file|.write x");
  EXPECT_EQ(Marked("file  ", {KeyKind::kWordRight}), "file  |");
  EXPECT_EQ(After("file.write path=x", {KeyKind::kWordBackspace, KeyKind::kWordBackspace}), "file.write ");
  EXPECT_EQ(After("file.write x", {KeyKind::kHome, KeyKind::kWordDelete}), ".write x");
}

TEST_F(LineEditorTest, TreatsAGraphemeAsOneCharacter) {
  // e with a combining accent, a family joined from three code points, a letter beyond the basic plane.
  const std::string accent = "e\xCC\x81";
  const std::string family = "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA6";
  const std::string gothic = "\xF0\x90\x8D\x88";
  for (const std::string& character : {accent, family, gothic}) {
    EXPECT_EQ(After("a" + character, {KeyKind::kBackspace}), "a");
    EXPECT_EQ(Marked("a" + character, {KeyKind::kLeft}), "a|" + character);
    EXPECT_EQ(Marked(character + "a", {KeyKind::kHome, KeyKind::kRight}), character + "|a");
    EXPECT_EQ(After(character + "a", {KeyKind::kHome, KeyKind::kDelete}), "a");
  }
}

TEST_F(LineEditorTest, ReportsHowTheLineEnded) {
  LineEditor editor(history_, Completer());
  EXPECT_EQ(editor.Take({KeyKind::kEndOfText}), Event::kEnded);
  After(editor, "x");
  EXPECT_EQ(editor.Take({KeyKind::kEndOfText}), Event::kNone);
  EXPECT_EQ(editor.Take({KeyKind::kInterrupt}), Event::kInterrupted);
  EXPECT_EQ(editor.Take({KeyKind::kEnter}), Event::kEntered);
  EXPECT_EQ(editor.text(), "x");
}

TEST_F(LineEditorTest, RecallsTheHistoryAndTheUnfinishedLine) {
  history_.Add("first");
  history_.Add("second");
  LineEditor editor(history_, Completer());
  EXPECT_EQ(After(editor, "un", {KeyKind::kUp}), "second");
  EXPECT_EQ(After(editor, "", {KeyKind::kUp}), "first");
  EXPECT_EQ(After(editor, "", {KeyKind::kUp}), "first");
  EXPECT_EQ(After(editor, "!", {KeyKind::kDown}), "second");
  EXPECT_EQ(After(editor, "", {KeyKind::kDown}), "un");
  EXPECT_EQ(After(editor, "done", {KeyKind::kDown}), "undone");
}

TEST_F(LineEditorTest, CompletesAnUnambiguousWord) {
  LineEditor editor(history_, Completer());
  found_ = {0, {"rpc.discover", "rpc.ping"}};
  EXPECT_EQ(After(editor, "r", {KeyKind::kTab}), "rpc.");
  EXPECT_TRUE(editor.TakeListing().empty());
  EXPECT_EQ(After(editor, "", {KeyKind::kTab}), "rpc.");
  EXPECT_EQ(editor.TakeListing(), (std::vector<std::string>{"rpc.discover", "rpc.ping"}));
  EXPECT_TRUE(editor.TakeListing().empty());
  found_ = {0, {"rpc.ping"}};
  EXPECT_EQ(After(editor, "p", {KeyKind::kTab}), "rpc.ping ");
  found_ = {9, {"echo="}};
  EXPECT_EQ(After(editor, "", {KeyKind::kTab}), "rpc.ping echo=");
  found_ = {};
  EXPECT_EQ(After(editor, "", {KeyKind::kTab}), "rpc.ping echo=");
  EXPECT_EQ(asked_, (std::vector<std::string>{"r", "rpc.", "rpc.p", "rpc.ping ", "rpc.ping echo="}));
}

TEST_F(LineEditorTest, CompletesInTheMiddleOfALine) {
  LineEditor editor(history_, Completer());
  found_ = {0, {"rpc.ping"}};
  // "\xC3\xA4" is one character and two bytes.
  After(editor, "r \xC3\xA4", {KeyKind::kHome, KeyKind::kRight, KeyKind::kTab});
  EXPECT_EQ(editor.text(), "rpc.ping \xC3\xA4");
  EXPECT_EQ(asked_, std::vector<std::string>{"r"});
  found_ = {4, {"echo="}};
  LineEditor wide(history_, Completer());
  EXPECT_EQ(After(wide, "\xC3\xA4\xC3\xA4 e", {}), "\xC3\xA4\xC3\xA4 e");
  found_.begin = 5;
  EXPECT_EQ(After(wide, "", {KeyKind::kTab}), "\xC3\xA4\xC3\xA4 echo=");
}

TEST_F(LineEditorTest, ScrollsSidewaysWithTheCursor) {
  LineEditor editor(history_, Completer());
  After(editor, "0123456789");
  LineEditor::View view = editor.ViewOf(20);
  EXPECT_EQ(view.text, "0123456789");
  EXPECT_EQ(view.cursor, 10u);
  view = editor.ViewOf(6);
  EXPECT_EQ(view.text, "56789");
  EXPECT_EQ(view.cursor, 5u);
  After(editor, "", {KeyKind::kHome});
  view = editor.ViewOf(6);
  EXPECT_EQ(view.text, "01234");
  EXPECT_EQ(view.cursor, 0u);
  After(editor, "", {KeyKind::kEnd});
  editor.ViewOf(6);
  After(editor, "", {KeyKind::kBackspace, KeyKind::kBackspace});
  view = editor.ViewOf(6);
  EXPECT_EQ(view.text, "34567");
  EXPECT_EQ(view.cursor, 5u);
}

TEST_F(LineEditorTest, CountsTheColumnsOfWideText) {
  LineEditor editor(history_, Completer());
  // Two double-width characters, then an accent without width.
  After(editor,
        "\xE6\xBC\xA2\xE5\xAD\x97"
        "e\xCC\x81");
  LineEditor::View view = editor.ViewOf(20);
  EXPECT_EQ(view.cursor, 5u);
  view = editor.ViewOf(5);
  EXPECT_EQ(view.text,
            "\xE5\xAD\x97"
            "e\xCC\x81");
  EXPECT_EQ(view.cursor, 3u);
}

}  // namespace
}  // namespace onbehalf::cli::shell
