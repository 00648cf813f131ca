#include "text/name_cursor.h"

#include "onbehalf/protocol/base64.h"
#include "text/utf16_bytes.h"

namespace onbehalf::service {

std::string CursorText(std::wstring_view name) { return protocol::ToBase64(BytesOf(name)); }

std::optional<std::wstring> NameOfCursor(std::string_view text) {
  const auto bytes = protocol::FromBase64(text);
  return bytes ? UnitsOf(*bytes) : std::nullopt;
}

}  // namespace onbehalf::service
