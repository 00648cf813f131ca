#include "files/name_pattern.h"

#include <cstddef>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

std::wstring Uppered(std::wstring_view text) {
  if (text.empty()) return {};
  std::wstring upper(text.size(), L'\0');
  const auto size = static_cast<int>(text.size());
  // Unlike linguistic mappings, this one keeps the number of units.
  if (::LCMapStringEx(LOCALE_NAME_INVARIANT, LCMAP_UPPERCASE, text.data(), size, upper.data(), size, nullptr,
                      nullptr, 0) == 0) {
    win32::ThrowLastError("LCMapStringEx");
  }
  return upper;
}

// The number of units of the character at `i`.
std::size_t UnitsAt(std::wstring_view text, std::size_t i) {
  return i + 1 < text.size() && IS_SURROGATE_PAIR(text[i], text[i + 1]) ? 2 : 1;
}

}  // namespace

NamePattern::NamePattern(std::string_view pattern) : pattern_(Uppered(win32::ToWide(pattern))) {}

bool NamePattern::Matches(std::wstring_view name) const {
  const std::wstring upper = Uppered(name);
  std::size_t at = 0;
  std::size_t in_pattern = 0;
  // Where to backtrack: the last `*`, which then matches one more character.
  std::size_t star = std::wstring::npos;
  std::size_t star_took_to = 0;
  while (at < upper.size()) {
    if (in_pattern < pattern_.size() && pattern_[in_pattern] == L'*') {
      star = in_pattern++;
      star_took_to = at;
    } else if (in_pattern < pattern_.size() && pattern_[in_pattern] == L'?') {
      ++in_pattern;
      at += UnitsAt(upper, at);
    } else if (in_pattern < pattern_.size() && pattern_[in_pattern] == upper[at]) {
      ++in_pattern;
      ++at;
    } else if (star != std::wstring::npos) {
      in_pattern = star + 1;
      star_took_to += UnitsAt(upper, star_took_to);
      at = star_took_to;
    } else {
      return false;
    }
  }
  while (in_pattern < pattern_.size() && pattern_[in_pattern] == L'*') ++in_pattern;
  return in_pattern == pattern_.size();
}

bool IsNameBefore(std::wstring_view a, std::wstring_view b) {
  const int order = ::CompareStringOrdinal(a.data(), static_cast<int>(a.size()), b.data(),
                                           static_cast<int>(b.size()), TRUE);
  // It returns zero (failure) only for invalid parameters.
  return order == CSTR_EQUAL ? a < b : order == CSTR_LESS_THAN;
}

}  // namespace onbehalf::service
