// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace onbehalf::protocol {

// Binary data as text for JSON: RFC 4648, section 4, with padding and without line breaks.

std::string ToBase64(std::string_view bytes);
// nullopt for anything that ToBase64 would not write: other characters, missing or misplaced padding, non-zero bits
// after the last byte.
std::optional<std::string> FromBase64(std::string_view text);

}  // namespace onbehalf::protocol
