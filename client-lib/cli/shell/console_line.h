#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "console_stop.h"
#include "onbehalf/win32/unique_handle.h"
#include "shell/console_keys.h"
#include "shell/line_editor.h"

namespace onbehalf::cli::shell {

// Reads lines from the console with a LineEditor and shows them there even if standard output is redirected.
// Uses console functions instead of escape sequences, because they report the real cursor position after wide
// text. One thread. Throws Win32Error.
class ConsoleLine {
 public:
  // Whether standard input is a console.
  static bool IsThere();

  ConsoleLine();

  // The next line; nullopt at the end (Ctrl+Z or Ctrl+D in an empty line). Ctrl+C, or Ctrl+Break, which
  // arrives through `stop`, discards the line and returns an empty one.
  std::optional<std::string> Read(std::string_view prompt, const History& history,
                                  const LineEditor::Completer& completer, ConsoleStop& stop);

 private:
  void Draw(std::string_view prompt, LineEditor& editor);
  void List(const std::vector<std::string>& candidates);
  void Write(std::string_view text);
  CONSOLE_SCREEN_BUFFER_INFO Screen() const;

  HANDLE input_;  // borrowed
  win32::UniqueFile screen_;
  ConsoleKeys keys_;
};

}  // namespace onbehalf::cli::shell
