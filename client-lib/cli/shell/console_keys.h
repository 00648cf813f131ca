#pragma once

#include <optional>

#include "onbehalf/win32/lean_windows.h"
#include "shell/line_editor.h"

namespace onbehalf::cli::shell {

// Converts console key records (ReadConsoleInputW) to the editor's keys. Characters beyond the basic plane
// arrive as two records with half a surrogate pair each; a lone half becomes U+FFFD. One thread.
class ConsoleKeys {
 public:
  // The key that this record completes; none for a key release or a key without a meaning here.
  std::optional<Key> Take(const KEY_EVENT_RECORD& record);

 private:
  std::optional<Key> TakeText(wchar_t unit);

  wchar_t high_ = 0;  // the first half of a pair
};

}  // namespace onbehalf::cli::shell
