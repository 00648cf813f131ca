#include "onbehalf/protocol/base64.h"

#include <array>
#include <cstdint>

namespace onbehalf::protocol {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Two characters per 12 bits: halves the look-ups.
struct Pair {
  char first;
  char second;
};
constexpr std::array<Pair, 4096> MakePairs() {
  std::array<Pair, 4096> pairs{};
  for (std::size_t bits = 0; bits < pairs.size(); ++bits) {
    pairs[bits] = {kAlphabet[bits >> 6], kAlphabet[bits & 0x3F]};
  }
  return pairs;
}
constexpr std::array<Pair, 4096> kPairs = MakePairs();

constexpr std::uint8_t kNone = 0xFF;
constexpr std::array<std::uint8_t, 256> MakeValues() {
  std::array<std::uint8_t, 256> values{};
  for (std::uint8_t& value : values) value = kNone;
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr std::array<std::uint8_t, 256> kValues = MakeValues();

constexpr std::uint32_t ByteOf(char c) { return static_cast<unsigned char>(c); }
constexpr std::uint32_t ValueOf(char c) { return kValues[static_cast<unsigned char>(c)]; }

}  // namespace

std::string ToBase64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4, '=');
  char* out = text.data();
  while (bytes.size() >= 3) {
    const std::uint32_t bits = ByteOf(bytes[0]) << 16 | ByteOf(bytes[1]) << 8 | ByteOf(bytes[2]);
    const Pair high = kPairs[bits >> 12];
    const Pair low = kPairs[bits & 0xFFF];
    out[0] = high.first;
    out[1] = high.second;
    out[2] = low.first;
    out[3] = low.second;
    out += 4;
    bytes.remove_prefix(3);
  }
  if (!bytes.empty()) {
    const std::uint32_t bits = ByteOf(bytes[0]) << 16 | (bytes.size() == 2 ? ByteOf(bytes[1]) << 8 : 0);
    out[0] = kAlphabet[bits >> 18];
    out[1] = kAlphabet[(bits >> 12) & 0x3F];
    if (bytes.size() == 2) out[2] = kAlphabet[(bits >> 6) & 0x3F];
  }
  return text;
}

std::optional<std::string> FromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  const std::size_t whole = text.size() / 4 - (padding == 0 ? 0 : 1);
  std::string bytes(text.size() / 4 * 3 - padding, '\0');
  char* out = bytes.data();
  // An invalid character has all eight bits set; valid ones never have the upper two.
  std::uint32_t seen = 0;
  for (std::size_t i = 0; i < whole; ++i) {
    const char* const in = text.data() + i * 4;
    const std::uint32_t a = ValueOf(in[0]);
    const std::uint32_t b = ValueOf(in[1]);
    const std::uint32_t c = ValueOf(in[2]);
    const std::uint32_t d = ValueOf(in[3]);
    seen |= a | b | c | d;
    const std::uint32_t bits = a << 18 | b << 12 | c << 6 | d;
    out[0] = static_cast<char>(bits >> 16 & 0xFF);
    out[1] = static_cast<char>(bits >> 8 & 0xFF);
    out[2] = static_cast<char>(bits & 0xFF);
    out += 3;
  }
  if (padding != 0) {
    const char* const in = text.data() + whole * 4;
    const std::uint32_t a = ValueOf(in[0]);
    const std::uint32_t b = ValueOf(in[1]);
    const std::uint32_t c = padding == 1 ? ValueOf(in[2]) : 0;
    seen |= a | b | c;
    const std::uint32_t bits = a << 18 | b << 12 | c << 6;
    out[0] = static_cast<char>(bits >> 16 & 0xFF);
    if (padding == 1) out[1] = static_cast<char>(bits >> 8 & 0xFF);
    if ((bits & (padding == 1 ? 0xFFu : 0xFFFFu)) != 0) return std::nullopt;
  }
  if ((seen & 0xC0) != 0) return std::nullopt;
  return bytes;
}

}  // namespace onbehalf::protocol
