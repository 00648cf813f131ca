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

// How a value stands in JSON. As JSON: texts, numbers and lists of texts. As base64: its bytes, whatever the type says.
enum class RegistryEncoding { kJson, kBase64 };
constexpr std::array<std::string_view, 2> NamesOf(RegistryEncoding) { return {"json", "base64"}; }

// {"type", "value", "encoding"}. As JSON unless `encoding` asks for base64 or the value has no such form: it is of another
// type, or its bytes are not what its type promises.
protocol::Json ToJson(const RegistryValue& value, std::optional<RegistryEncoding> encoding = std::nullopt);

// What registry.set is given; nullopt for `encoding`: as JSON where the type has such a form. Errors name "type", "value" or
// "encoding".
protocol::Result<RegistryValue> RegistryValueOf(std::string_view type, const protocol::Json& value,
                                                std::optional<RegistryEncoding> encoding);

// A cursor as text, which says all of its units; nullopt for a text that is none.
std::string ToText(const RegistryCursor& cursor);
std::optional<RegistryCursor> RegistryCursorOf(std::string_view text);

}  // namespace onbehalf::service
