#include "files/name_match.h"

#include <cstddef>

namespace onbehalf::service {
namespace {

// The number of units of the character at `i`.
std::size_t UnitsAt(std::wstring_view text, std::size_t i) {
  const auto is = [text](std::size_t at, wchar_t first, wchar_t last) {
    return at < text.size() && text[at] >= first && text[at] <= last;
  };
  return is(i, 0xD800, 0xDBFF) && is(i + 1, 0xDC00, 0xDFFF) ? 2 : 1;
}

}  // namespace

bool MatchesPattern(std::wstring_view pattern, std::wstring_view name) {
  std::size_t at = 0;
  std::size_t in_pattern = 0;
  // Where to backtrack: the last `*`, which then matches one more character.
  std::size_t star = std::wstring_view::npos;
  std::size_t star_took_to = 0;
  while (at < name.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == L'*') {
      star = in_pattern++;
      star_took_to = at;
    } else if (in_pattern < pattern.size() && pattern[in_pattern] == L'?') {
      ++in_pattern;
      at += UnitsAt(name, at);
    } else if (in_pattern < pattern.size() && pattern[in_pattern] == name[at]) {
      ++in_pattern;
      ++at;
    } else if (star != std::wstring_view::npos) {
      in_pattern = star + 1;
      star_took_to += UnitsAt(name, star_took_to);
      at = star_took_to;
    } else {
      return false;
    }
  }
  while (in_pattern < pattern.size() && pattern[in_pattern] == L'*') ++in_pattern;
  return in_pattern == pattern.size();
}

}  // namespace onbehalf::service
