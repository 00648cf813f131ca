// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace onbehalf::protocol {

// The number of leading bytes of `text` that are ASCII and need no escaping in a JSON string. Counts in steps of
// eight, so it may miss up to seven.
inline std::size_t PlainBytes(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighs = 0x8080808080808080;
  // Non-zero exactly if one of the bytes is zero.
  const auto zeros = [](std::uint64_t word) { return (word - kOnes) & ~word & kHighs; };
  std::size_t plain = 0;
  for (; plain + sizeof(std::uint64_t) <= text.size(); plain += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + plain, sizeof(word));
    const std::uint64_t below_space = (word - kOnes * 0x20) & ~word & kHighs;
    if (((word & kHighs) | below_space | zeros(word ^ kOnes * '"') | zeros(word ^ kOnes * '\\')) != 0) break;
  }
  return plain;
}

}  // namespace onbehalf::protocol
