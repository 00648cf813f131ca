#include "text/escaped_text.h"

#include <cstdint>

namespace onbehalf::service {
namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 0;  // 0: the text does not begin with a valid sequence
};

// Unicode 15, table 3-7: no overlong forms, no surrogates, nothing over U+10FFFF.
CodePoint DecodeFirst(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  std::size_t bytes = 0;
  char32_t value = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    bytes = 2;
    value = lead & 0x1Fu;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    bytes = 3;
    value = lead & 0x0Fu;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    bytes = 4;
    value = lead & 0x07u;
  } else {
    return {};
  }
  if (text.size() < bytes) return {};
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return {};
    value = (value << 6) | (byte(i) & 0x3Fu);
  }
  const bool overlong = (bytes == 3 && value < 0x800) || (bytes == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF) return {};
  return {value, bytes};
}

bool StandsForItself(char32_t c) {
  if (c < 0x80) return c >= 0x20 && c != 0x7F && c != '"' && c != '\\';
  const bool control = c <= 0x9F;
  const bool separator_or_direction = (c >= 0x200E && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
                                      (c >= 0x2066 && c <= 0x2069) || c == 0x061C;
  return !control && !separator_or_direction && c != 0xFEFF;
}

class Writer {
 public:
  void Put(std::string_view text) {
    for (const char c : text) out_.text[out_.size++] = c;
  }
  void PutHex(std::uint32_t number, int digits) {
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
      out_.text[out_.size++] = "0123456789abcdef"[(number >> shift) & 0xFu];
    }
  }
  EscapedCharacter Take(std::size_t consumed) {
    out_.consumed = consumed;
    return out_;
  }

 private:
  EscapedCharacter out_{};
};

}  // namespace

std::size_t PlainPrefix(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const CodePoint first = DecodeFirst(text.substr(at));
    if (first.bytes == 0 || !StandsForItself(first.value)) break;
    at += first.bytes;
  }
  return at;
}

EscapedCharacter EscapeFirst(std::string_view text, Escaping escaping) {
  Writer out;
  const CodePoint first = DecodeFirst(text);
  if (first.bytes == 0) {
    if (escaping == Escaping::kJson) {
      out.Put("\xEF\xBF\xBD");
    } else {
      out.Put("\\x");
      out.PutHex(static_cast<std::uint8_t>(text[0]), 2);
    }
    return out.Take(1);
  }
  if (first.value == '"' || first.value == '\\') {
    out.Put("\\");
    out.Put(text.substr(0, 1));
  } else if (escaping == Escaping::kJson) {
    // Every character to be escaped is below U+10000.
    out.Put("\\u");
    out.PutHex(first.value, 4);
  } else if (first.value == '\n') {
    out.Put("\\n");
  } else if (first.value == '\r') {
    out.Put("\\r");
  } else if (first.value == '\t') {
    out.Put("\\t");
  } else {
    out.Put("\\u{");
    out.PutHex(first.value, first.value < 0x100 ? 2 : 4);
    out.Put("}");
  }
  return out.Take(first.bytes);
}

std::string_view CutText(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t end = max_bytes;
  // A UTF-8 character has at most three continuation bytes; a longer run is not UTF-8 and may be cut anywhere.
  for (int i = 0; i < 3 && end > 0 && (static_cast<std::uint8_t>(text[end]) & 0xC0u) == 0x80u; ++i) --end;
  return text.substr(0, end);
}

}  // namespace onbehalf::service
