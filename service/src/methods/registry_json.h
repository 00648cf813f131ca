#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "onbehalf/fields.h"
#include "onbehalf/service/method.h"
#include "registry/registry_listing.h"
#include "registry/registry_value.h"

namespace onbehalf::service {

// How a value appears in JSON. kJson: strings, numbers and arrays of strings. kBase64: its bytes, whatever its type.
enum class RegistryEncoding { kJson, kBase64 };
constexpr std::array<std::string_view, 2> NamesOf(RegistryEncoding) { return {"json", "base64"}; }

// A value in a result.
struct ShownValue {
  std::string type;
  Json value;  // any: its form depends on the type
  std::string_view encoding;

  // As JSON unless `requested` is base64 or the value has no JSON form, because of its type or because its bytes are not
  // valid for it.
  explicit ShownValue(const RegistryValue& registry_value,
                      std::optional<RegistryEncoding> requested = std::nullopt);

  static constexpr std::string_view kTypeSummary =
      "none, sz, expand_sz, binary, dword, dword_big_endian, link, multi_sz, qword, or 0x…";
  static constexpr std::string_view kValueSummary =
      "a string, an integer or an array of strings; or the bytes, depending on `encoding`";

  static constexpr auto Describe() {
    return std::array{Required<&ShownValue::type>("type", kTypeSummary),
                      Required<&ShownValue::value>("value", kValueSummary),
                      Required<&ShownValue::encoding>("encoding", "json or base64")};
  }
};

// The value for registry.set; without `encoding`, JSON if the type has a JSON form. Errors name "type", "value" or
// "encoding".
Result<RegistryValue> RegistryValueOf(std::string_view type, const Json& value,
                                      std::optional<RegistryEncoding> encoding);

// A cursor as text without loss; RegistryCursorOf returns nullopt for any other text.
std::string ToText(const RegistryCursor& cursor);
std::optional<RegistryCursor> RegistryCursorOf(std::string_view text);

}  // namespace onbehalf::service
