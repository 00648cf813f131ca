#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace onbehalf::cli {

// Columns that text takes on a terminal: none for characters drawn over the one before (combining marks,
// variation selectors, the zero-width joiner and what it joins), two for wide characters (East Asian, emoji),
// one for all others. The ranges cover practically all such characters of Unicode 15. Portable.

std::size_t ColumnsOf(char32_t character);
// `text` is UTF-8. A joined emoji counts as its first part, as terminals that support joining show it.
std::size_t ColumnsOf(std::string_view text);
// The longest prefix of whole characters that fits.
std::string FirstColumns(std::string_view text, std::size_t columns);

// Converts UTF-8 to code points and back. Each invalid byte becomes U+FFFD.
std::u32string ToCodePoints(std::string_view text);
std::string ToUtf8(std::u32string_view text);

// The end of the character that begins at `at`, with everything combined with or joined to it; and the
// beginning of the one that ends at `at`. `at` must be inside `text`.
std::size_t NextCharacter(std::u32string_view text, std::size_t at);
std::size_t PreviousCharacter(std::u32string_view text, std::size_t at);

}  // namespace onbehalf::cli
