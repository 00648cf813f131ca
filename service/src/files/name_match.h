#pragma once

#include <string_view>

namespace onbehalf::service {

// Whether `name` matches `pattern`: `*` matches any number of characters, `?` one, everything else itself. Both are UTF-16, one unit
// per wchar_t, whatever its size. To ignore case, pass both in upper case. An unpaired surrogate in the name is a character; the
// pattern has none. Takes at most the product of both lengths.
bool MatchesPattern(std::wstring_view pattern, std::wstring_view name);

}  // namespace onbehalf::service
