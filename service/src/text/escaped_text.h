#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace onbehalf::service {

// Untrusted text, made safe between quotation marks in one line of a file. Whatever could end the line or the
// quotation, move a terminal's cursor or change the text direction is escaped: control characters (C0, DEL, C1),
// quotation marks, backslashes, line and paragraph separators, bidirectional controls, the byte order mark, and bytes
// that are not UTF-8.
enum class Escaping {
  kJson,  // \" \\ \u000a; a byte that is not UTF-8 becomes U+FFFD
  kLog,   // \" \\ \n \r \t \u{85}; a byte that is not UTF-8 becomes \xFF
};

// The number of leading bytes of `text` that need no escaping.
std::size_t PlainPrefix(std::string_view text);

struct EscapedCharacter {
  std::array<char, 12> text;
  std::size_t size;      // used in `text`
  std::size_t consumed;  // from the input
};
// The first character of `text`, which must not be empty or begin with a plain prefix.
EscapedCharacter EscapeFirst(std::string_view text, Escaping escaping);

// At most `max_bytes` of `text`, cut between characters.
std::string_view CutText(std::string_view text, std::size_t max_bytes);

// Appends the escaped `text` to `sink` (anything with append(const char*, std::size_t), such as std::string). Uses at
// most `max_bytes` of `text` and appends "…" if that cut it; the result has at most six bytes for each of them, plus
// three.
template <typename Sink>
void AppendEscaped(Sink& sink, std::string_view text, Escaping escaping, std::size_t max_bytes) {
  const std::string_view kept = CutText(text, max_bytes);
  for (std::string_view rest = kept; !rest.empty();) {
    if (const std::size_t plain = PlainPrefix(rest); plain != 0) {
      sink.append(rest.data(), plain);
      rest.remove_prefix(plain);
    } else {
      const EscapedCharacter character = EscapeFirst(rest, escaping);
      sink.append(character.text.data(), character.size);
      rest.remove_prefix(character.consumed);
    }
  }
  if (kept.size() < text.size()) {
    constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
    sink.append(kEllipsis.data(), kEllipsis.size());
  }
}

}  // namespace onbehalf::service
