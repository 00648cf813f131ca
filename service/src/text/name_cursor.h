#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace onbehalf::service {

// A name of Windows as a text that says all of its units, for what goes on behind it: names may hold halves of surrogates,
// which UTF-8 has no form for. base64 of its UTF-16.
std::string CursorText(std::wstring_view name);
// The name; nullopt for a text that is none of CursorText.
std::optional<std::wstring> NameOfCursor(std::string_view text);

}  // namespace onbehalf::service
