#pragma once

#include <string>
#include <string_view>

namespace onbehalf::service {

// Names of files by a pattern: `*` stands for any number of characters, `?` for one, everything else for itself whatever
// its case (by Windows' own table, not by a language). Any thread.
class NamePattern {
 public:
  // Throws Win32Error for a pattern that is not valid UTF-8.
  explicit NamePattern(std::string_view pattern);
  bool Matches(std::wstring_view name) const;

 private:
  std::wstring pattern_;  // upper case
};

// Whether `a` comes before `b`: by their upper-case forms and, where those are the same, by themselves (a folder may tell
// case apart).
bool IsNameBefore(std::wstring_view a, std::wstring_view b);

}  // namespace onbehalf::service
