#include "name_cursor.h"

#include <cstring>

#include "onbehalf/protocol/base64.h"

namespace onbehalf::service {

std::string CursorText(std::wstring_view name) {
  return protocol::ToBase64({reinterpret_cast<const char*>(name.data()), name.size() * sizeof(wchar_t)});
}

std::optional<std::wstring> NameOfCursor(std::string_view text) {
  const auto bytes = protocol::FromBase64(text);
  if (!bytes || bytes->size() % sizeof(wchar_t) != 0) return std::nullopt;
  std::wstring name(bytes->size() / sizeof(wchar_t), L'\0');
  std::memcpy(name.data(), bytes->data(), bytes->size());
  return name;
}

}  // namespace onbehalf::service
