#include "methods/registry_json.h"

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "onbehalf/protocol/base64.h"
#include "onbehalf/protocol/error_code.h"
#include "text/name_cursor.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using protocol::InvalidParams;

bool IsText(DWORD type) { return type == REG_SZ || type == REG_EXPAND_SZ || type == REG_LINK; }
bool IsNumber(DWORD type) { return type == REG_DWORD || type == REG_DWORD_BIG_ENDIAN || type == REG_QWORD; }
bool HasJsonForm(DWORD type) { return IsText(type) || IsNumber(type) || type == REG_MULTI_SZ; }

// null if it has no JSON form.
Json JsonFormOf(const RegistryValue& value) {
  if (IsText(value.type)) {
    if (auto text = TextOf(value)) return *std::move(text);
  } else if (IsNumber(value.type)) {
    if (const auto number = NumberOf(value)) return *number;
  } else if (value.type == REG_MULTI_SZ) {
    if (auto texts = TextsOf(value)) return *std::move(texts);
  }
  return nullptr;
}

Result<RegistryValue> FromText(DWORD type, const Json& value) {
  if (!value.is_string()) return InvalidParams("value: expected a string for " + RegistryTypeName(type));
  const auto& text = value.get_ref<const std::string&>();
  if (text.find('\0') != std::string::npos) {
    return InvalidParams("value: text ends at its first NUL; the encoding base64 can store more after it");
  }
  return TextValue(type, text);
}

Result<RegistryValue> FromNumber(DWORD type, const Json& value) {
  const bool is_qword = type == REG_QWORD;
  const std::uint64_t most =
      is_qword ? std::numeric_limits<std::uint64_t>::max() : std::numeric_limits<std::uint32_t>::max();
  const bool is_negative =
      !value.is_number_unsigned() && value.is_number_integer() && value.get<std::int64_t>() < 0;
  if (!value.is_number_integer() || is_negative || value.get<std::uint64_t>() > most) {
    return InvalidParams("value: expected an integer of 0 to " + std::to_string(most) + " for " +
                         RegistryTypeName(type));
  }
  return NumberValue(type, value.get<std::uint64_t>());
}

Result<RegistryValue> FromTexts(const Json& value) {
  if (!value.is_array()) return InvalidParams("value: expected an array of strings for multi_sz");
  std::vector<std::string> texts;
  for (const Json& each : value) {
    if (!each.is_string()) return InvalidParams("value: expected an array of strings for multi_sz");
    texts.push_back(each.get<std::string>());
    if (texts.back().empty() || texts.back().find('\0') != std::string::npos) {
      return InvalidParams(
          "value: strings of multi_sz cannot be empty or contain a NUL: Windows ends the list there");
    }
  }
  return TextsValue(texts);
}

}  // namespace

ShownValue::ShownValue(const RegistryValue& registry_value, std::optional<RegistryEncoding> requested)
    : type(RegistryTypeName(registry_value.type)), encoding("json") {
  if (requested != RegistryEncoding::kBase64) value = JsonFormOf(registry_value);
  if (!value.is_null()) return;
  value = protocol::ToBase64(registry_value.bytes);
  encoding = "base64";
}

Result<RegistryValue> RegistryValueOf(std::string_view type, const Json& value,
                                      std::optional<RegistryEncoding> encoding) {
  const auto number = RegistryTypeOf(type);
  if (!number)
    return InvalidParams("type: expected one of " + RegistryTypeNames() +
                         ", or its hexadecimal number after 0x");
  const bool has_json_form = HasJsonForm(*number);
  if (encoding.value_or(has_json_form ? RegistryEncoding::kJson : RegistryEncoding::kBase64) ==
      RegistryEncoding::kBase64) {
    auto bytes = value.is_string() ? protocol::FromBase64(value.get_ref<const std::string&>()) : std::nullopt;
    if (!bytes)
      return InvalidParams("value: expected the bytes in base64, with padding and without white space");
    return RegistryValue{*number, *std::move(bytes)};
  }
  if (!has_json_form)
    return InvalidParams("encoding: values of the type " + RegistryTypeName(*number) + " are base64");
  if (IsText(*number)) return FromText(*number, value);
  if (IsNumber(*number)) return FromNumber(*number, value);
  return FromTexts(value);
}

std::string ToText(const RegistryCursor& cursor) {
  return (cursor.in_values ? "v" : "k") + CursorText(cursor.name);
}

std::optional<RegistryCursor> RegistryCursorOf(std::string_view text) {
  if (!text.starts_with('k') && !text.starts_with('v')) return std::nullopt;
  auto name = NameOfCursor(text.substr(1));
  if (!name) return std::nullopt;
  return RegistryCursor{text.front() == 'v', *std::move(name)};
}

}  // namespace onbehalf::service
