// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace onbehalf::win32 {

// This project uses UTF-8 everywhere; UTF-16 exists only at the call of a ...W function. Both throw
// Win32Error(ERROR_NO_UNICODE_TRANSLATION) for invalid text.
std::wstring ToWide(std::string_view utf8);
std::string ToUtf8(std::wstring_view utf16);

// For text that may be invalid (file names, process names): lone surrogates become U+FFFD.
std::string ToUtf8Lossy(std::wstring_view utf16);

}  // namespace onbehalf::win32
