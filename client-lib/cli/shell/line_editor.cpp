#include "shell/line_editor.h"

#include <algorithm>
#include <utility>

#include "text_columns.h"

namespace onbehalf::cli::shell {
namespace {

// Far longer than anything typed; it stops a paste by mistake.
constexpr std::size_t kMaxCodePoints = 64 * 1024;

// Words end at spaces and at separators in method names and JSON.
bool IsOfWord(char32_t c) {
  return c > 0x7F || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

}  // namespace

LineEditor::LineEditor(const History& history, Completer completer)
    : history_(history), completer_(std::move(completer)), recalled_(history.lines().size()) {}

LineEditor::Event LineEditor::Take(const Key& key) {
  switch (key.kind) {
    case KeyKind::kText:
      if (key.text >= 0x20 && key.text != 0x7F) Insert(std::u32string_view(&key.text, 1));
      break;
    case KeyKind::kLeft:
      cursor_ = PreviousCharacter(text_, cursor_);
      break;
    case KeyKind::kRight:
      cursor_ = NextCharacter(text_, cursor_);
      break;
    case KeyKind::kWordLeft:
      cursor_ = WordLeft();
      break;
    case KeyKind::kWordRight:
      cursor_ = WordRight();
      break;
    case KeyKind::kHome:
      cursor_ = 0;
      break;
    case KeyKind::kEnd:
      cursor_ = text_.size();
      break;
    case KeyKind::kBackspace:
      Erase(PreviousCharacter(text_, cursor_), cursor_);
      break;
    case KeyKind::kDelete:
      Erase(cursor_, NextCharacter(text_, cursor_));
      break;
    case KeyKind::kWordBackspace:
      Erase(WordLeft(), cursor_);
      break;
    case KeyKind::kWordDelete:
      Erase(cursor_, WordRight());
      break;
    case KeyKind::kUp:
      if (recalled_ > 0) Recall(recalled_ - 1);
      break;
    case KeyKind::kDown:
      if (recalled_ < history_.lines().size()) Recall(recalled_ + 1);
      break;
    case KeyKind::kTab:
      Complete();
      break;
    case KeyKind::kEscape:
      Erase(0, text_.size());
      break;
    case KeyKind::kInterrupt:
      return Event::kInterrupted;
    case KeyKind::kEndOfText:
      return text_.empty() ? Event::kEnded : Event::kNone;
    case KeyKind::kEnter:
      return Event::kEntered;
  }
  return Event::kNone;
}

std::string LineEditor::text() const { return ToUtf8(text_); }

std::vector<std::string> LineEditor::TakeListing() { return std::exchange(listing_, {}); }

void LineEditor::Insert(std::u32string_view text) {
  if (text_.size() + text.size() > kMaxCodePoints) return;
  text_.insert(cursor_, text);
  cursor_ += text.size();
}

void LineEditor::Erase(std::size_t begin, std::size_t end) {
  text_.erase(begin, end - begin);
  cursor_ = begin;
}

std::size_t LineEditor::WordLeft() const {
  std::size_t at = cursor_;
  while (at > 0 && !IsOfWord(text_[at - 1])) --at;
  while (at > 0 && IsOfWord(text_[at - 1])) --at;
  return at;
}

std::size_t LineEditor::WordRight() const {
  std::size_t at = cursor_;
  while (at < text_.size() && !IsOfWord(text_[at])) ++at;
  while (at < text_.size() && IsOfWord(text_[at])) ++at;
  return at;
}

void LineEditor::Recall(std::size_t line) {
  const std::size_t count = history_.lines().size();
  if (recalled_ == count) unfinished_ = text_;
  recalled_ = line;
  text_ = line == count ? unfinished_ : ToCodePoints(history_.lines()[line]);
  cursor_ = text_.size();
  scroll_ = 0;
}

void LineEditor::Complete() {
  const std::string before = ToUtf8(std::u32string_view(text_).substr(0, cursor_));
  Completions found = completer_(before);
  if (found.candidates.empty()) return;
  const std::string word = before.substr(found.begin);
  std::string replacement = CommonPrefix(found.candidates);
  if (found.candidates.size() == 1) {
    // A parameter's value follows its name directly; everything else is followed by a space.
    if (!replacement.ends_with('=') && (cursor_ == text_.size() || text_[cursor_] != U' '))
      replacement += ' ';
  } else if (replacement == word) {
    listing_ = std::move(found.candidates);
    return;
  }
  Erase(ToCodePoints(std::string_view(before).substr(0, found.begin)).size(), cursor_);
  Insert(ToCodePoints(replacement));
}

LineEditor::View LineEditor::ViewOf(std::size_t columns) {
  const std::size_t room = std::max<std::size_t>(columns, 3) - 1;
  const auto width_of = [&](std::size_t begin, std::size_t end) {
    return ColumnsOf(ToUtf8(std::u32string_view(text_).substr(begin, end - begin)));
  };
  // The text may be shorter now.
  scroll_ = std::min(scroll_, cursor_);
  while (scroll_ > 0 && width_of(PreviousCharacter(text_, scroll_), text_.size()) <= room) {
    scroll_ = PreviousCharacter(text_, scroll_);
  }
  while (scroll_ < cursor_ && width_of(scroll_, cursor_) > room) scroll_ = NextCharacter(text_, scroll_);
  const std::string seen = ToUtf8(std::u32string_view(text_).substr(scroll_));
  return {FirstColumns(seen, room), width_of(scroll_, cursor_)};
}

}  // namespace onbehalf::cli::shell
