#pragma once

#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace onbehalf::service {

// UTF-16 units, valid or not, as their bytes in memory, and back.

inline std::string BytesOf(std::wstring_view units) {
  return {reinterpret_cast<const char*>(units.data()), units.size() * sizeof(wchar_t)};
}

// nullopt for an odd number of bytes.
inline std::optional<std::wstring> UnitsOf(std::string_view bytes) {
  if (bytes.size() % sizeof(wchar_t) != 0) return std::nullopt;
  std::wstring units(bytes.size() / sizeof(wchar_t), L'\0');
  std::memcpy(units.data(), bytes.data(), bytes.size());
  return units;
}

}  // namespace onbehalf::service
