#pragma once

#include <optional>

#include "onbehalf/win32/lean_windows.h"
#include "shell/line_editor.h"

namespace onbehalf::cli::shell {

// What a console says of its keys (ReadConsoleInputW), as keys of the editor. Characters beyond the basic
// plane come as two records, half a surrogate pair each; half a pair alone is U+FFFD. One thread.
class ConsoleKeys {
 public:
  // The key that this record completes; none for a key that goes up, or that is nothing here.
  std::optional<Key> Take(const KEY_EVENT_RECORD& record);

 private:
  std::optional<Key> TakeText(wchar_t unit);

  wchar_t high_ = 0;  // the first half of a pair
};

}  // namespace onbehalf::cli::shell
