// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace onbehalf::protocol {

// Bytes as text, for JSON: RFC 4648, section 4, with padding and without line breaks.

std::string ToBase64(std::string_view bytes);
// nullopt for anything that ToBase64 does not write: other characters, padding that is missing or in the
// middle, bits behind the last byte that are not zero.
std::optional<std::string> FromBase64(std::string_view text);

}  // namespace onbehalf::protocol
