#include "onbehalf/protocol/base64.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace onbehalf::protocol {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 64;

constexpr std::array<std::uint8_t, 256> MakeValues() {
  std::array<std::uint8_t, 256> values{};
  for (std::uint8_t& value : values) value = kNone;
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr std::array<std::uint8_t, 256> kValues = MakeValues();

std::uint32_t ByteAt(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

}  // namespace

std::string ToBase64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4, '=');
  std::size_t at = 0;
  std::size_t out = 0;
  for (; at + 3 <= bytes.size(); at += 3) {
    const std::uint32_t group = ByteAt(bytes, at) << 16 | ByteAt(bytes, at + 1) << 8 | ByteAt(bytes, at + 2);
    text[out++] = kAlphabet[group >> 18];
    text[out++] = kAlphabet[group >> 12 & 0x3F];
    text[out++] = kAlphabet[group >> 6 & 0x3F];
    text[out++] = kAlphabet[group & 0x3F];
  }
  if (at == bytes.size()) return text;
  const bool has_two = at + 2 == bytes.size();
  const std::uint32_t group = ByteAt(bytes, at) << 16 | (has_two ? ByteAt(bytes, at + 1) << 8 : 0);
  text[out++] = kAlphabet[group >> 18];
  text[out++] = kAlphabet[group >> 12 & 0x3F];
  if (has_two) text[out] = kAlphabet[group >> 6 & 0x3F];
  return text;
}

std::optional<std::string> FromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && text.ends_with('=')) {
    text.remove_suffix(1);
    ++padding;
  }
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t group = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::uint8_t value = kValues[static_cast<unsigned char>(c)];
    if (value == kNone) return std::nullopt;
    group = (group << 6 | value) & 0xFFFFFF;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(group >> bits & 0xFF);
  }
  if ((group & ((1u << bits) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace onbehalf::protocol
