#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {

// A value as the registry has it: a type, and bytes that need not be what the type promises.
struct RegistryValue {
  DWORD type = REG_NONE;
  std::string bytes;
  friend bool operator==(const RegistryValue&, const RegistryValue&) = default;
};

// "sz", "dword", …; "0x8" for types without a word.
std::string RegistryTypeName(DWORD type);
// The other way; nullopt for neither a word nor "0x" and up to eight hexadecimal digits.
std::optional<DWORD> RegistryTypeOf(std::string_view name);
// Those with a word, for messages: "none, sz, …".
std::string RegistryTypeNames();

// What the bytes mean where they are what the type promises; nullopt where they are not, or mean more than this can say.
// Terminators of texts may be missing or be several: that alone is not told apart.

// Of sz, expand_sz and link: what stands before the first NUL, as UTF-8. nullopt if that is no valid UTF-16, the number of
// bytes is odd, or anything but NULs stands behind.
std::optional<std::string> TextOf(const RegistryValue& value);
// Of multi_sz: its texts, none of them empty. nullopt for the same reasons, the list's end in place of the text's.
std::optional<std::vector<std::string>> TextsOf(const RegistryValue& value);
// Of dword, dword_big_endian and qword. nullopt if there are not 4, or 8, bytes.
std::optional<std::uint64_t> NumberOf(const RegistryValue& value);

// The bytes of what is valid UTF-8 without NULs, as Windows' own tools write them: terminated, but for a link's.
RegistryValue TextValue(DWORD type, std::string_view text);
RegistryValue TextsValue(const std::vector<std::string>& texts);
// `number` fits the type.
RegistryValue NumberValue(DWORD type, std::uint64_t number);

}  // namespace onbehalf::service
