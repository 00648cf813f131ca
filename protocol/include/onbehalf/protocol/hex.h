// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>

namespace onbehalf::protocol {

// Bytes as lower-case hexadecimal.
inline std::string ToHex(std::span<const unsigned char> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const unsigned char byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0xF];
  }
  return text;
}

}  // namespace onbehalf::protocol
