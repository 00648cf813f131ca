// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace onbehalf::win32 {

// UTF-8 is what this project keeps everywhere; UTF-16 exists only at the call of a ...W function.
// Both throw Win32Error(ERROR_NO_UNICODE_TRANSLATION) for text that is not valid.
std::wstring ToWide(std::string_view utf8);
std::string ToUtf8(std::wstring_view utf16);

// For text whose validity is not ours to choose (file names, names of processes): lone surrogates become
// U+FFFD.
std::string ToUtf8Lossy(std::wstring_view utf16);

}  // namespace onbehalf::win32
