#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace onbehalf::cli::generate {

// What a service says about itself may have anything in it. The functions here are all that bring it into a
// source text, so that it cannot end the comment or the string it stands in.

// A string literal of C++: bytes other than printable ASCII as octal escapes, so that it means the same to
// every compiler.
std::string CppLiteral(std::string_view text);
// A string literal of JavaScript and of C#, in printable ASCII.
std::string JsonLiteral(std::string_view text);
// `text` in one line of a comment: line ends, control characters and marks that change the direction of
// writing become spaces, and the end of a block comment is taken apart.
std::string CommentText(std::string_view text);
// The same for XML documentation comments.
std::string XmlCommentText(std::string_view text);

// A source text, written line by line.
class SourceText {
 public:
  explicit SourceText(std::size_t indent_width) : indent_width_(indent_width) {}

  // One line; an empty one has no indent.
  void Line(std::string_view text = {});
  // Lines of a comment, each behind `prefix` ("// "), broken between words. `text` has been through
  // CommentText. Nothing for an empty text.
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
