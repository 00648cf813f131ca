#include "generate/source_text.h"

#include "json_layout.h"
#include "onbehalf/client/client.h"

namespace onbehalf::cli::generate {
namespace {

constexpr std::size_t kColumns = 100;

// The length in bytes of a line end, a control character or a zero-width mark at `i`; 0 if there is none. The
// marks are U+0080 to U+009F, U+061C, U+200B to U+200F, U+2028 to U+202E, U+2060 to U+206F and U+FEFF.
std::size_t UnfitBytes(std::string_view text, std::size_t i) {
  const auto at = [&](std::size_t k) {
    return k < text.size() ? static_cast<unsigned char>(text[k]) : static_cast<unsigned char>(0);
  };
  const unsigned char a = at(i);
  const unsigned char b = at(i + 1);
  const unsigned char c = at(i + 2);
  if (a < 0x20 || a == 0x7F) return 1;
  if (a == 0xC2 && b >= 0x80 && b < 0xA0) return 2;
  if (a == 0xD8 && b == 0x9C) return 2;
  if (a == 0xE2 && b == 0x80 && ((c >= 0x8B && c <= 0x8F) || (c >= 0xA8 && c <= 0xAE))) return 3;
  if (a == 0xE2 && b == 0x81 && c >= 0xA0 && c <= 0xAF) return 3;
  if (a == 0xEF && b == 0xBB && c == 0xBF) return 3;
  return 0;
}

}  // namespace

std::string CppLiteral(std::string_view text) {
  std::string literal = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F) {
      // Always three digits, so that a digit after the escape is not read as part of it.
      literal += '\\';
      literal += static_cast<char>('0' + (byte >> 6));
      literal += static_cast<char>('0' + ((byte >> 3) & 7));
      literal += static_cast<char>('0' + (byte & 7));
    } else {
      // "??" begins a trigraph for some compilers.
      if (c == '"' || c == '\\' || c == '?') literal += '\\';
      literal += c;
    }
  }
  return literal + "\"";
}

std::string JsonLiteral(std::string_view text) { return JsonAscii(client::Json(text)); }

std::string CommentText(std::string_view text) {
  std::string line;
  bool space = false;
  for (std::size_t i = 0; i < text.size();) {
    if (const std::size_t unfit = UnfitBytes(text, i); unfit != 0 || text[i] == ' ') {
      space = true;
      i += unfit == 0 ? 1 : unfit;
      continue;
    }
    if (space && !line.empty()) line += ' ';
    space = false;
    if (text[i] == '/' && line.ends_with('*')) line += ' ';
    line += text[i++];
  }
  return line;
}

std::string XmlCommentText(std::string_view text) {
  std::string line;
  for (const char c : CommentText(text)) {
    if (c == '&') {
      line += "&amp;";
    } else if (c == '<') {
      line += "&lt;";
    } else if (c == '>') {
      line += "&gt;";
    } else {
      line += c;
    }
  }
  return line;
}

void SourceText::Line(std::string_view text) {
  if (!text.empty()) text_.append(depth_ * indent_width_, ' ');
  text_.append(text);
  text_ += '\n';
}

void SourceText::Comment(std::string_view prefix, std::string_view text) {
  const std::size_t used = depth_ * indent_width_ + prefix.size();
  const std::size_t width = used + 20 < kColumns ? kColumns - used : 20;
  while (!text.empty()) {
    std::size_t length = text.size();
    if (length > width) {
      length = text.rfind(' ', width);
      if (length == std::string_view::npos || length == 0) length = text.find(' ', 1);
      if (length == std::string_view::npos) length = text.size();
    }
    std::string line(text.substr(0, length));
    // A backslash at the end, or the trigraph for it, would continue a C++ comment on the next line.
    if (line.ends_with('\\') || line.ends_with("?\?/")) line += '.';
    Line(std::string(prefix) + line);
    text.remove_prefix(length);
    if (!text.empty()) text.remove_prefix(1);
  }
}

}  // namespace onbehalf::cli::generate
