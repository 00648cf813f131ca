#include "shell/console_keys.h"

#include <gtest/gtest.h>

#include <optional>

namespace onbehalf::cli::shell {
namespace {

KEY_EVENT_RECORD Down(WORD virtual_key, wchar_t unit = 0, DWORD state = 0) {
  KEY_EVENT_RECORD record{};
  record.bKeyDown = TRUE;
  record.wRepeatCount = 1;
  record.wVirtualKeyCode = virtual_key;
  record.uChar.UnicodeChar = unit;
  record.dwControlKeyState = state;
  return record;
}

TEST(ConsoleKeys, MapToTheEditorsKeys) {
  struct Row {
    KEY_EVENT_RECORD record;
    KeyKind kind;
  };
  const Row rows[] = {
      {Down(VK_LEFT), KeyKind::kLeft},
      {Down(VK_RIGHT), KeyKind::kRight},
      {Down(VK_LEFT, 0, LEFT_CTRL_PRESSED), KeyKind::kWordLeft},
      {Down(VK_RIGHT, 0, RIGHT_CTRL_PRESSED), KeyKind::kWordRight},
      {Down(VK_HOME), KeyKind::kHome},
      {Down(VK_END), KeyKind::kEnd},
      {Down('A', 1, LEFT_CTRL_PRESSED), KeyKind::kHome},
      {Down('E', 5, LEFT_CTRL_PRESSED), KeyKind::kEnd},
      {Down(VK_UP), KeyKind::kUp},
      {Down(VK_DOWN), KeyKind::kDown},
      {Down(VK_BACK, L'\b'), KeyKind::kBackspace},
      {Down(VK_BACK, 0x7F, LEFT_CTRL_PRESSED), KeyKind::kWordBackspace},
      {Down(VK_DELETE), KeyKind::kDelete},
      {Down(VK_DELETE, 0, LEFT_CTRL_PRESSED), KeyKind::kWordDelete},
      {Down(VK_TAB, L'\t'), KeyKind::kTab},
      {Down(VK_ESCAPE, 0x1B), KeyKind::kEscape},
      {Down(VK_RETURN, L'\r'), KeyKind::kEnter},
      {Down(0, L'\n'), KeyKind::kEnter},
      {Down('C', 3, LEFT_CTRL_PRESSED), KeyKind::kInterrupt},
      {Down('D', 4, LEFT_CTRL_PRESSED), KeyKind::kEndOfText},
      {Down('Z', 0x1A, RIGHT_CTRL_PRESSED), KeyKind::kEndOfText},
  };
  for (const Row& row : rows) {
    ConsoleKeys keys;
    const std::optional<Key> key = keys.Take(row.record);
    ASSERT_TRUE(key) << row.record.wVirtualKeyCode;
    EXPECT_EQ(key->kind, row.kind) << row.record.wVirtualKeyCode;
  }
}

TEST(ConsoleKeys, AreText) {
  ConsoleKeys keys;
  EXPECT_EQ(keys.Take(Down('A', L'a'))->text, U'a');
  EXPECT_EQ(keys.Take(Down('C', L'C', SHIFT_PRESSED))->text, U'C');
  EXPECT_EQ(keys.Take(Down(VK_SPACE, L' '))->text, U' ');
  // AltGr+7 on a German keyboard, AltGr+Q on another.
  EXPECT_EQ(keys.Take(Down('7', L'{', LEFT_CTRL_PRESSED | RIGHT_ALT_PRESSED))->text, U'{');
  EXPECT_EQ(keys.Take(Down('E', 0x20AC, LEFT_CTRL_PRESSED | RIGHT_ALT_PRESSED))->text, U'\u20AC');
  EXPECT_EQ(keys.Take(Down(VK_PACKET, 0x6F22))->text, U'\u6F22');
  // Alt+0228.
  KEY_EVENT_RECORD alt = Down(VK_MENU, 0xE4);
  alt.bKeyDown = FALSE;
  EXPECT_EQ(keys.Take(alt)->text, U'\u00E4');
}

TEST(ConsoleKeys, WithoutAMeaningAreIgnored) {
  ConsoleKeys keys;
  EXPECT_FALSE(keys.Take(Down(VK_SHIFT)));
  EXPECT_FALSE(keys.Take(Down(VK_F1)));
  EXPECT_FALSE(keys.Take(Down('G', 7, LEFT_CTRL_PRESSED)));
  KEY_EVENT_RECORD up = Down('A', L'a');
  up.bKeyDown = FALSE;
  EXPECT_FALSE(keys.Take(up));
}

TEST(ConsoleKeys, PutSurrogatesTogether) {
  ConsoleKeys keys;
  EXPECT_FALSE(keys.Take(Down(0, static_cast<wchar_t>(0xD83D))));
  KEY_EVENT_RECORD up = Down(0, static_cast<wchar_t>(0xD83D));
  up.bKeyDown = FALSE;
  EXPECT_FALSE(keys.Take(up));
  EXPECT_EQ(keys.Take(Down(0, static_cast<wchar_t>(0xDE00)))->text, U'\U0001F600');
  // Unpaired surrogates.
  EXPECT_EQ(keys.Take(Down(0, static_cast<wchar_t>(0xDE00)))->text, char32_t{0xFFFD});
  EXPECT_FALSE(keys.Take(Down(0, static_cast<wchar_t>(0xD83D))));
  EXPECT_EQ(keys.Take(Down(0, static_cast<wchar_t>(0xD83D)))->text, char32_t{0xFFFD});
  EXPECT_EQ(keys.Take(Down(0, static_cast<wchar_t>(0xDE01)))->text, U'\U0001F601');
}

}  // namespace
}  // namespace onbehalf::cli::shell
