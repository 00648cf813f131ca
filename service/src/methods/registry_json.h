#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "onbehalf/protocol/json_rpc.h"
#include "registry/registry_listing.h"
#include "registry/registry_value.h"

namespace onbehalf::service {

// How a value appears in JSON. kJson: strings, numbers and arrays of strings. kBase64: its bytes, whatever its type.
enum class RegistryEncoding { kJson, kBase64 };
constexpr std::array<std::string_view, 2> NamesOf(RegistryEncoding) { return {"json", "base64"}; }

// {"type", "value", "encoding"}. As JSON unless `encoding` requests base64 or the value has no JSON form, because of
// its type or because its bytes are not valid for it.
protocol::Json ToJson(const RegistryValue& value, std::optional<RegistryEncoding> encoding = std::nullopt);

// The value for registry.set; without `encoding`, JSON if the type has a JSON form. Errors name "type", "value" or
// "encoding".
protocol::Result<RegistryValue> RegistryValueOf(std::string_view type, const protocol::Json& value,
                                                std::optional<RegistryEncoding> encoding);

// A cursor as text without loss; RegistryCursorOf returns nullopt for any other text.
std::string ToText(const RegistryCursor& cursor);
std::optional<RegistryCursor> RegistryCursorOf(std::string_view text);

}  // namespace onbehalf::service
