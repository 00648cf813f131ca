#include "shell/console_line.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "text_columns.h"

namespace onbehalf::cli::shell {
namespace {

// The number of candidates listed; the rest are only counted.
constexpr std::size_t kMaxListed = 100;

// While this exists, the console passes every key through, including Ctrl+C.
class RawInput {
 public:
  explicit RawInput(HANDLE input) : input_(input) {
    if (!::GetConsoleMode(input_, &before_)) win32::ThrowLastError("GetConsoleMode");
    const DWORD cooked =
        ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT | ENABLE_PROCESSED_INPUT | ENABLE_VIRTUAL_TERMINAL_INPUT;
    if (!::SetConsoleMode(input_, (before_ & ~cooked) | ENABLE_WINDOW_INPUT))
      win32::ThrowLastError("SetConsoleMode");
  }
  ~RawInput() { ::SetConsoleMode(input_, before_); }
  RawInput(const RawInput&) = delete;
  RawInput& operator=(const RawInput&) = delete;

 private:
  HANDLE input_;
  DWORD before_ = 0;
};

}  // namespace

bool ConsoleLine::IsThere() {
  DWORD mode = 0;
  return ::GetConsoleMode(::GetStdHandle(STD_INPUT_HANDLE), &mode) != FALSE;
}

ConsoleLine::ConsoleLine()
    : input_(::GetStdHandle(STD_INPUT_HANDLE)),
      screen_(::CreateFileW(L"CONOUT$", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                            nullptr, OPEN_EXISTING, 0, nullptr)) {
  if (!screen_) win32::ThrowLastError("CreateFileW", "CONOUT$");
}

std::optional<std::string> ConsoleLine::Read(std::string_view prompt, const History& history,
                                             const LineEditor::Completer& completer, ConsoleStop& stop) {
  const RawInput raw(input_);
  stop.Reset();
  // The output of the previous command may not end with a line end.
  if (Screen().dwCursorPosition.X != 0) Write("\r\n");
  LineEditor editor(history, completer);
  Draw(prompt, editor);
  for (;;) {
    const std::array<HANDLE, 2> events = {stop.event(), input_};
    switch (::WaitForMultipleObjects(static_cast<DWORD>(events.size()), events.data(), FALSE, INFINITE)) {
      case WAIT_OBJECT_0:
        Write("^C\r\n");
        return std::string();
      case WAIT_OBJECT_0 + 1:
        break;
      default:
        win32::ThrowLastError("WaitForMultipleObjects");
    }
    INPUT_RECORD record;
    DWORD count = 0;
    if (!::ReadConsoleInputW(input_, &record, 1, &count)) win32::ThrowLastError("ReadConsoleInputW");
    if (record.EventType == WINDOW_BUFFER_SIZE_EVENT) Draw(prompt, editor);
    if (record.EventType != KEY_EVENT) continue;
    const std::optional<Key> key = keys_.Take(record.Event.KeyEvent);
    if (!key) continue;
    for (WORD i = 0; i < std::max(record.Event.KeyEvent.wRepeatCount, WORD{1}); ++i) {
      switch (editor.Take(*key)) {
        case LineEditor::Event::kNone:
          break;
        case LineEditor::Event::kEntered:
          editor.Take({KeyKind::kEnd});
          Draw(prompt, editor);
          Write("\r\n");
          return editor.text();
        case LineEditor::Event::kInterrupted:
          Write("^C\r\n");
          return std::string();
        case LineEditor::Event::kEnded:
          Write("\r\n");
          return std::nullopt;
      }
    }
    if (const auto listing = editor.TakeListing(); !listing.empty()) List(listing);
    Draw(prompt, editor);
  }
}

void ConsoleLine::Draw(std::string_view prompt, LineEditor& editor) {
  const CONSOLE_SCREEN_BUFFER_INFO before = Screen();
  const auto columns = static_cast<std::size_t>(std::max(before.dwSize.X, SHORT{1}));
  const std::size_t taken = ColumnsOf(prompt);
  const LineEditor::View view = editor.ViewOf(columns > taken ? columns - taken : 1);
  const std::string until_cursor = FirstColumns(view.text, view.cursor);
  ::SetConsoleCursorPosition(screen_.get(), {0, before.dwCursorPosition.Y});
  Write(std::string(prompt) + until_cursor);
  const COORD cursor = Screen().dwCursorPosition;
  Write(view.text.substr(until_cursor.size()));
  const COORD end = Screen().dwCursorPosition;
  DWORD written = 0;
  ::FillConsoleOutputCharacterW(screen_.get(), L' ', static_cast<DWORD>(std::max(before.dwSize.X - end.X, 0)),
                                end, &written);
  ::SetConsoleCursorPosition(screen_.get(), cursor);
}

void ConsoleLine::List(const std::vector<std::string>& candidates) {
  std::string text = "\r\n";
  const std::size_t listed = std::min(candidates.size(), kMaxListed);
  const auto columns = static_cast<std::size_t>(std::max(Screen().dwSize.X, SHORT{1}));
  std::size_t taken = 0;
  for (std::size_t i = 0; i < listed; ++i) {
    const std::size_t width = ColumnsOf(candidates[i]);
    if (taken > 0 && taken + 2 + width >= columns) {
      text += "\r\n";
      taken = 0;
    }
    text += (taken > 0 ? "  " : "") + candidates[i];
    taken += (taken > 0 ? 2 : 0) + width;
  }
  if (listed < candidates.size()) text += "\r\nand " + std::to_string(candidates.size() - listed) + " more";
  Write(text + "\r\n");
}

void ConsoleLine::Write(std::string_view text) {
  const std::wstring wide = win32::ToWide(text);
  DWORD written = 0;
  if (!::WriteConsoleW(screen_.get(), wide.data(), static_cast<DWORD>(wide.size()), &written, nullptr)) {
    win32::ThrowLastError("WriteConsoleW");
  }
}

CONSOLE_SCREEN_BUFFER_INFO ConsoleLine::Screen() const {
  CONSOLE_SCREEN_BUFFER_INFO info;
  if (!::GetConsoleScreenBufferInfo(screen_.get(), &info))
    win32::ThrowLastError("GetConsoleScreenBufferInfo");
  return info;
}

}  // namespace onbehalf::cli::shell
