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

// Edits one line, key by key: text, cursor, history, completion. Knows no console. The cursor moves by what a
// person sees as one character, with all that is put over it or joined to it. One thread.
class LineEditor {
 public:
  enum class Event {
    kNone,         // the same line, perhaps another text
    kEntered,      // Enter: text() is the line
    kInterrupted,  // Ctrl+C: the line is given up
    kEnded,        // Ctrl+Z or Ctrl+D in an empty line
  };
  using Completer = std::function<Completions(std::string_view before_cursor)>;

  // `history` outlives this.
  LineEditor(const History& history, Completer completer);

  Event Take(const Key& key);

  std::string text() const;
  // What Tab found and could not decide between, to show above the line; empties it.
  std::vector<std::string> TakeListing();

  // What of the line is seen behind a prompt on `columns` columns that are left for it (the last one stays
  // free), as it scrolls sideways; and the column of the cursor in that.
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
  std::size_t cursor_ = 0;     // before this code point, at a character's edge
  std::size_t recalled_;       // index in the history; its size: the line that is being written
  std::u32string unfinished_;  // that line, while another is looked at
  std::size_t scroll_ = 0;     // the first code point that is seen
  std::vector<std::string> listing_;
};

}  // namespace onbehalf::cli::shell
