#include "shell/console_keys.h"

namespace onbehalf::cli::shell {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

std::optional<KeyKind> ControlKey(WORD virtual_key) {
  switch (virtual_key) {
    case VK_LEFT:
      return KeyKind::kWordLeft;
    case VK_RIGHT:
      return KeyKind::kWordRight;
    case VK_BACK:
    case 'W':
      return KeyKind::kWordBackspace;
    case VK_DELETE:
      return KeyKind::kWordDelete;
    case 'A':
      return KeyKind::kHome;
    case 'E':
      return KeyKind::kEnd;
    case 'C':
      return KeyKind::kInterrupt;
    case 'D':
    case 'Z':
      return KeyKind::kEndOfText;
    default:
      return std::nullopt;
  }
}

std::optional<KeyKind> PlainKey(WORD virtual_key) {
  switch (virtual_key) {
    case VK_LEFT:
      return KeyKind::kLeft;
    case VK_RIGHT:
      return KeyKind::kRight;
    case VK_HOME:
      return KeyKind::kHome;
    case VK_END:
      return KeyKind::kEnd;
    case VK_UP:
      return KeyKind::kUp;
    case VK_DOWN:
      return KeyKind::kDown;
    case VK_BACK:
      return KeyKind::kBackspace;
    case VK_DELETE:
      return KeyKind::kDelete;
    case VK_TAB:
      return KeyKind::kTab;
    case VK_ESCAPE:
      return KeyKind::kEscape;
    case VK_RETURN:
      return KeyKind::kEnter;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<Key> ConsoleKeys::Take(const KEY_EVENT_RECORD& record) {
  const wchar_t unit = record.uChar.UnicodeChar;
  if (!record.bKeyDown) {
    // A character typed by its number (Alt and digits) arrives when Alt is released.
    return record.wVirtualKeyCode == VK_MENU && unit != 0 ? TakeText(unit) : std::nullopt;
  }
  const bool control = (record.dwControlKeyState & (LEFT_CTRL_PRESSED | RIGHT_CTRL_PRESSED)) != 0;
  const bool alt = (record.dwControlKeyState & (LEFT_ALT_PRESSED | RIGHT_ALT_PRESSED)) != 0;
  // AltGr is Ctrl and Alt together; it types characters such as { and @.
  if (control && !alt) {
    if (const auto kind = ControlKey(record.wVirtualKeyCode)) return Key{*kind};
  }
  if (const auto kind = PlainKey(record.wVirtualKeyCode)) return Key{*kind};
  // Pasted characters may have no virtual-key code.
  if (unit == L'\r' || unit == L'\n') return Key{KeyKind::kEnter};
  if (unit < 0x20 || unit == 0x7F) return std::nullopt;
  return TakeText(unit);
}

std::optional<Key> ConsoleKeys::TakeText(wchar_t unit) {
  const wchar_t high = high_;
  high_ = 0;
  if (unit >= 0xD800 && unit <= 0xDBFF) {
    high_ = unit;
    return high == 0 ? std::nullopt : std::optional(Key{KeyKind::kText, kReplacement});
  }
  if (unit < 0xDC00 || unit > 0xDFFF) return Key{KeyKind::kText, static_cast<char32_t>(unit)};
  if (high == 0) return Key{KeyKind::kText, kReplacement};
  const auto upper = static_cast<char32_t>(high - 0xD800);
  return Key{KeyKind::kText, 0x10000 + (upper << 10) + static_cast<char32_t>(unit - 0xDC00)};
}

}  // namespace onbehalf::cli::shell
