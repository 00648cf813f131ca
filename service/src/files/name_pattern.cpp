#include "files/name_pattern.h"

#include "files/name_match.h"
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

}  // namespace

NamePattern::NamePattern(std::string_view pattern) : pattern_(Uppered(win32::ToWide(pattern))) {}

bool NamePattern::Matches(std::wstring_view name) const { return MatchesPattern(pattern_, Uppered(name)); }

bool IsNameBefore(std::wstring_view a, std::wstring_view b) {
  const int order = ::CompareStringOrdinal(a.data(), static_cast<int>(a.size()), b.data(),
                                           static_cast<int>(b.size()), TRUE);
  // It returns zero (failure) only for invalid parameters.
  return order == CSTR_EQUAL ? a < b : order == CSTR_LESS_THAN;
}

}  // namespace onbehalf::service
