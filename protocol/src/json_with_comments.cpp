#include "onbehalf/protocol/json_with_comments.h"

#include <cstddef>
#include <string>

#include "onbehalf/protocol/utf8.h"

namespace onbehalf::protocol {
namespace {

using Kind = JsonFault::Kind;

constexpr std::size_t kNowhere = std::string_view::npos;

bool IsWhiteSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool IsLineEnd(char c) { return c == '\r' || c == '\n'; }

// A copy of a text in which comments and trailing commas are spaces, so that every other byte keeps its offset.
class Blanked {
 public:
  explicit Blanked(std::string_view text) : text_(text) {
    while (at_ < text_.size()) Next();
  }

  const std::string& text() const { return text_; }
  // Where a comment begins that has no end, or kNowhere.
  std::size_t unclosed() const { return unclosed_; }
  // Where the first `*/` is that ends no comment, or kNowhere.
  std::size_t unopened() const { return unopened_; }

 private:
  bool Follows(std::string_view token) const {
    return std::string_view(text_).substr(at_, token.size()) == token;
  }

  void Next() {
    if (Follows("//")) {
      BlankLineComment();
    } else if (Follows("/*")) {
      BlankBlockComment();
    } else if (IsWhiteSpace(text_[at_])) {
      ++at_;
    } else {
      Token();
    }
  }

  // Line ends stay, so that lines can still be counted. So do bytes that are not allowed in a comment either (NUL, malformed UTF-8):
  // the parser refuses them.
  void BlankOne() {
    const std::size_t bytes = Utf8SequenceBytes(std::string_view(text_).substr(at_));
    if (bytes == 0 || text_[at_] == '\0' || IsLineEnd(text_[at_])) {
      ++at_;
      return;
    }
    text_.replace(at_, bytes, bytes, ' ');
    at_ += bytes;
  }

  void BlankLineComment() {
    while (at_ < text_.size() && !IsLineEnd(text_[at_])) BlankOne();
  }

  void BlankBlockComment() {
    const std::size_t begin = at_;
    const std::size_t end = text_.find("*/", begin + 2);
    if (end == std::string::npos) unclosed_ = begin;
    const std::size_t after = end == std::string::npos ? text_.size() : end + 2;
    while (at_ < after) BlankOne();
  }

  void Token() {
    const char c = text_[at_];
    if (c == '"') {
      SkipString();
    } else {
      if (c == '*' && Follows("*/") && unopened_ == kNowhere) unopened_ = at_;
      if ((c == '}' || c == ']') && comma_ != kNowhere) text_[comma_] = ' ';
      // Only a comma after a value can be a trailing one: not in [,], not in [1,,].
      const bool may_trail =
          c == ',' && previous_ != '\0' && std::string_view("{[,:").find(previous_) == kNowhere;
      comma_ = may_trail ? at_ : kNowhere;
      ++at_;
    }
    if (c == '"') comma_ = kNowhere;
    previous_ = c;
  }

  // To the end of the string, or of the line: a string with a line end in it is a fault, whatever follows.
  void SkipString() {
    ++at_;
    while (at_ < text_.size() && !IsLineEnd(text_[at_])) {
      const char c = text_[at_];
      at_ += c == '\\' && at_ + 1 < text_.size() && !IsLineEnd(text_[at_ + 1]) ? 2 : 1;
      if (c == '"') return;
    }
  }

  std::string text_;
  std::size_t at_ = 0;
  char previous_ = '\0';          // the last byte that was neither white space nor in a comment
  std::size_t comma_ = kNowhere;  // a comma after which only white space and comments have followed
  std::size_t unclosed_ = kNowhere;
  std::size_t unopened_ = kNowhere;
};

}  // namespace

JsonFault ParseJsonWithComments(std::string_view text, const JsonLimits& limits, Json& value) {
  const Blanked blanked(text);
  JsonFault fault;
  if (blanked.text().find_first_not_of(" \t\r\n") == std::string::npos) {
    value = Json(Json::value_t::discarded);
  } else {
    fault = ParseJson(blanked.text(), limits, value);
  }
  if (fault.kind == Kind::kSyntax && fault.offset == blanked.unopened()) fault.kind = Kind::kUnopenedComment;
  // A fault before the comment comes first.
  if (blanked.unclosed() != kNowhere && (!fault || fault.offset >= blanked.unclosed())) {
    fault = {Kind::kUnclosedComment, blanked.unclosed()};
    value = Json(Json::value_t::discarded);
  }
  return fault;
}

}  // namespace onbehalf::protocol
