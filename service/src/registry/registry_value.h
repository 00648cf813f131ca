#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {

// A value as stored in the registry: a type, and bytes that need not match it.
struct RegistryValue {
  DWORD type = REG_NONE;
  std::string bytes;
  friend bool operator==(const RegistryValue&, const RegistryValue&) = default;
};

// "sz", "dword", …; "0x8" for types without a name.
std::string RegistryTypeName(DWORD type);
// The inverse; nullopt unless `name` is a type's name, or "0x" and up to eight hexadecimal digits.
std::optional<DWORD> RegistryTypeOf(std::string_view name);
// The types that have a name, for messages: "none, sz, …".
std::string RegistryTypeNames();

// Interpret the bytes if they match the type; nullopt if they do not, or if the result could not represent them. Missing or
// extra terminators of strings are ignored.

// For sz, expand_sz and link: the text before the first NUL, as UTF-8. nullopt if it is not valid UTF-16, the number of bytes is
// odd, or anything but NULs follows.
std::optional<std::string> TextOf(const RegistryValue& value);
// For multi_sz: its strings, none of them empty. nullopt for the same reasons, applied to the end of the list.
std::optional<std::vector<std::string>> TextsOf(const RegistryValue& value);
// For dword, dword_big_endian and qword. nullopt if there are not 4, or 8, bytes.
std::optional<std::uint64_t> NumberOf(const RegistryValue& value);

// The bytes for valid UTF-8 without NULs, as Windows' own tools write them: terminated, except for a link.
RegistryValue TextValue(DWORD type, std::string_view text);
RegistryValue TextsValue(const std::vector<std::string>& texts);
// `number` must fit the type.
RegistryValue NumberValue(DWORD type, std::uint64_t number);

}  // namespace onbehalf::service
