#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace onbehalf::service {

// A Windows name as text without loss, used as a page cursor: the base64 of its UTF-16. Names may contain unpaired
// surrogates, which UTF-8 cannot represent.
std::string CursorText(std::wstring_view name);
// The name; nullopt if the text is not from CursorText.
std::optional<std::wstring> NameOfCursor(std::string_view text);

}  // namespace onbehalf::service
