#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "method_catalogue.h"
#include "shell/history.h"

namespace onbehalf::cli::shell {

enum class KeyKind {
  kText,  // Key::text
  kLeft,
  kRight,
  kWordLeft,
  kWordRight,
  kHome,
  kEnd,
  kBackspace,
  kDelete,
  kWordBackspace,
  kWordDelete,
  kUp,
  kDown,
  kTab,
  kEscape,     // empties the line
  kInterrupt,  // Ctrl+C
  kEndOfText,  // Ctrl+Z or Ctrl+D
  kEnter,
};
struct Key {
  KeyKind kind;
  char32_t text = 0;
};

// Edits one line, key by key: text, cursor, history, completion. Independent of the console. The cursor moves
// by visible characters, including everything combined with or joined to them. One thread.
class LineEditor {
 public:
  enum class Event {
    kNone,         // same line, the text may have changed
    kEntered,      // Enter: text() is the line
    kInterrupted,  // Ctrl+C: discard the line
    kEnded,        // Ctrl+Z or Ctrl+D in an empty line
  };
  using Completer = std::function<Completions(std::string_view before_cursor)>;

  // `history` must outlive this.
  LineEditor(const History& history, Completer completer);

  Event Take(const Key& key);

  std::string text() const;
  // Returns and clears Tab's list of candidates when there is more than one, to show above the line.
  std::vector<std::string> TakeListing();

  // The part of the line that is visible in the `columns` columns after the prompt (the last one stays free),
  // scrolled sideways, and the cursor's column in it.
  struct View {
    std::string text;
    std::size_t cursor;
  };
  View ViewOf(std::size_t columns);

 private:
  void Insert(std::u32string_view text);
  void Erase(std::size_t begin, std::size_t end);
  std::size_t WordLeft() const;
  std::size_t WordRight() const;
  void Recall(std::size_t line);
  void Complete();

  const History& history_;
  Completer completer_;
  std::u32string text_;
  std::size_t cursor_ = 0;     // before this code point, at a character boundary
  std::size_t recalled_;       // index in the history; its size: the line being edited
  std::u32string unfinished_;  // the edited line, while a recalled one is shown
  std::size_t scroll_ = 0;     // the first visible code point
  std::vector<std::string> listing_;
};

}  // namespace onbehalf::cli::shell
