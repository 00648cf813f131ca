#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace onbehalf::cli::generate {

// A service's description of itself is untrusted text. Only these functions put it into a source text, so
// that it cannot end the comment or string that it is in.

// A C++ string literal. Bytes other than printable ASCII become octal escapes, so that every compiler reads
// the same string.
std::string CppLiteral(std::string_view text);
// A string literal for JavaScript and C#, in printable ASCII.
std::string JsonLiteral(std::string_view text);
// `text` as one line of a comment: line breaks, control characters and text direction marks become spaces,
// and the end of a block comment is broken up.
std::string CommentText(std::string_view text);
// The same for XML documentation comments.
std::string XmlCommentText(std::string_view text);

// A source text that is written line by line.
class SourceText {
 public:
  explicit SourceText(std::size_t indent_width) : indent_width_(indent_width) {}

  // Adds a line; an empty one is not indented.
  void Line(std::string_view text = {});
  // Adds comment lines that begin with `prefix` ("// "), wrapped between words. `text` must come from
  // CommentText. Adds nothing for an empty text.
  void Comment(std::string_view prefix, std::string_view text);
  void Indent() { ++depth_; }
  void Outdent() { --depth_; }

  const std::string& text() const { return text_; }

 private:
  std::size_t indent_width_;
  std::size_t depth_ = 0;
  std::string text_;
};

}  // namespace onbehalf::cli::generate
