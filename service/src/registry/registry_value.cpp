#include "registry/registry_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

#include "onbehalf/win32/utf.h"
#include "text/utf16_bytes.h"

namespace onbehalf::service {
namespace {

struct TypeWord {
  DWORD type;
  std::string_view word;
};
constexpr std::array<TypeWord, 9> kTypeWords{{{REG_NONE, "none"},
                                              {REG_SZ, "sz"},
                                              {REG_EXPAND_SZ, "expand_sz"},
                                              {REG_BINARY, "binary"},
                                              {REG_DWORD, "dword"},
                                              {REG_DWORD_BIG_ENDIAN, "dword_big_endian"},
                                              {REG_LINK, "link"},
                                              {REG_MULTI_SZ, "multi_sz"},
                                              {REG_QWORD, "qword"}}};

// nullopt for an unpaired surrogate.
std::optional<std::string> ToValidUtf8(std::wstring_view units) {
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (IS_LOW_SURROGATE(units[i])) return std::nullopt;
    if (!IS_HIGH_SURROGATE(units[i])) continue;
    if (++i == units.size() || !IS_LOW_SURROGATE(units[i])) return std::nullopt;
  }
  return win32::ToUtf8(units);
}

bool AllNul(std::wstring_view units) { return units.find_first_not_of(L'\0') == std::wstring_view::npos; }

}  // namespace

std::string RegistryTypeName(DWORD type) {
  for (const TypeWord& each : kTypeWords) {
    if (each.type == type) return std::string(each.word);
  }
  std::array<char, 10> text{'0', 'x'};
  return {text.data(), std::to_chars(text.data() + 2, text.data() + text.size(), type, 16).ptr};
}

std::optional<DWORD> RegistryTypeOf(std::string_view name) {
  for (const TypeWord& each : kTypeWords) {
    if (each.word == name) return each.type;
  }
  if (!name.starts_with("0x") || name.size() > 10) return std::nullopt;
  std::uint32_t type = 0;
  const auto [end, fault] = std::from_chars(name.data() + 2, name.data() + name.size(), type, 16);
  if (fault != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return type;
}

std::string RegistryTypeNames() {
  std::string names;
  for (const TypeWord& each : kTypeWords) {
    if (!names.empty()) names += ", ";
    names += each.word;
  }
  return names;
}

std::optional<std::string> TextOf(const RegistryValue& value) {
  const auto units = UnitsOf(value.bytes);
  if (!units) return std::nullopt;
  const std::wstring_view all = *units;
  const std::wstring_view text = all.substr(0, all.find(L'\0'));
  if (!AllNul(all.substr(text.size()))) return std::nullopt;
  return ToValidUtf8(text);
}

std::optional<std::vector<std::string>> TextsOf(const RegistryValue& value) {
  const auto units = UnitsOf(value.bytes);
  if (!units) return std::nullopt;
  std::wstring_view rest = *units;
  std::vector<std::string> texts;
  // An empty string ends the list.
  while (!rest.empty() && rest.front() != L'\0') {
    const std::wstring_view text = rest.substr(0, rest.find(L'\0'));
    auto utf8 = ToValidUtf8(text);
    if (!utf8) return std::nullopt;
    texts.push_back(*std::move(utf8));
    rest.remove_prefix(std::min(text.size() + 1, rest.size()));
  }
  if (!AllNul(rest)) return std::nullopt;
  return texts;
}

std::optional<std::uint64_t> NumberOf(const RegistryValue& value) {
  const std::size_t size = value.type == REG_QWORD ? 8 : 4;
  if (value.bytes.size() != size) return std::nullopt;
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t at = value.type == REG_DWORD_BIG_ENDIAN ? i : size - 1 - i;
    number = number << 8 | static_cast<std::uint8_t>(value.bytes[at]);
  }
  return number;
}

RegistryValue TextValue(DWORD type, std::string_view text) {
  std::wstring units = win32::ToWide(text);
  // The target of a symbolic link has no terminator (ZwCreateKey, REG_OPTION_CREATE_LINK).
  if (type != REG_LINK) units.push_back(L'\0');
  return {type, BytesOf(units)};
}

RegistryValue TextsValue(const std::vector<std::string>& texts) {
  std::wstring units;
  for (const std::string& text : texts) {
    units += win32::ToWide(text);
    units.push_back(L'\0');
  }
  units.push_back(L'\0');
  return {REG_MULTI_SZ, BytesOf(units)};
}

RegistryValue NumberValue(DWORD type, std::uint64_t number) {
  std::string bytes(type == REG_QWORD ? 8 : 4, '\0');
  for (char& byte : bytes) {
    byte = static_cast<char>(number & 0xFF);
    number >>= 8;
  }
  if (type == REG_DWORD_BIG_ENDIAN) std::reverse(bytes.begin(), bytes.end());
  return {type, std::move(bytes)};
}

}  // namespace onbehalf::service
