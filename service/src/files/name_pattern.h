#pragma once

#include <string>
#include <string_view>

namespace onbehalf::service {

// Matches file names: `*` is any number of characters, `?` is one, everything else is literal. Ignores case by
// Windows' own table, independent of language. Any thread.
class NamePattern {
 public:
  // Throws Win32Error for a pattern that is not valid UTF-8.
  explicit NamePattern(std::string_view pattern);
  bool Matches(std::wstring_view name) const;

 private:
  std::wstring pattern_;  // upper case
};

// Whether `a` sorts before `b`: by their upper-case forms and, if those are equal, by the names themselves (a folder
// may be case-sensitive).
bool IsNameBefore(std::wstring_view a, std::wstring_view b);

}  // namespace onbehalf::service
