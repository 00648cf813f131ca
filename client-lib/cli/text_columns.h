#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace onbehalf::cli {

// Columns that text takes on a terminal: none for what is put over the character before it (combining marks,
// variation selectors, the zero-width joiner and what it joins), two for wide characters (East Asian, emoji),
// one for all others. The ranges are those of Unicode 15 in which practically all such characters are.
// Portable.

std::size_t ColumnsOf(char32_t character);
// Of UTF-8. A joined emoji counts as its first part, as terminals that know joining show it.
std::size_t ColumnsOf(std::string_view text);
// As much of the text, whole characters, as fits.
std::string FirstColumns(std::string_view text, std::size_t columns);

// UTF-8 as code points and back. What is not valid is U+FFFD, byte by byte.
std::u32string ToCodePoints(std::string_view text);
std::string ToUtf8(std::u32string_view text);

// Where the character that begins at `at` ends, with all that is put over it or joined to it; and where the
// one that ends at `at` begins. Both of `text`, and within it.
std::size_t NextCharacter(std::u32string_view text, std::size_t at);
std::size_t PreviousCharacter(std::u32string_view text, std::size_t at);

}  // namespace onbehalf::cli
