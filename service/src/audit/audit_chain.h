#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace onbehalf::service {

// Bytes as lower-case hexadecimal text. A value type.
template <std::size_t kCharacters>
class HexText {
 public:
  // All zeros.
  HexText() { text_.fill('0'); }
  static std::optional<HexText> FromText(std::string_view text) {
    if (text.size() != kCharacters) return std::nullopt;
    for (const char c : text) {
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return std::nullopt;
    }
    HexText hex;
    std::memcpy(hex.text_.data(), text.data(), kCharacters);
    return hex;
  }
  static HexText FromBytes(const std::array<unsigned char, kCharacters / 2>& bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    HexText hex;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      hex.text_[2 * i] = kDigits[bytes[i] >> 4];
      hex.text_[2 * i + 1] = kDigits[bytes[i] & 0xf];
    }
    return hex;
  }

  std::string_view view() const { return {text_.data(), text_.size()}; }
  std::string ToString() const { return std::string(view()); }
  friend bool operator==(const HexText&, const HexText&) = default;

 private:
  std::array<char, kCharacters> text_;
};

using AuditHash = HexText<64>;
// Identifies a chain: random, created with its first line. Tells a chain from one that was begun later in its place.
using AuditChainId = HexText<16>;

// A position in a chain: its last line. Number 0 and a hash of zeros before the first line.
struct AuditHead {
  AuditChainId chain;
  std::uint64_t seq = 0;
  AuditHash hash;
};

// The contents of a line's end. Every line ends in "seq":N,"hash":"…"}; the first one of a file has "chain":"…", "previous":"…"
// before that.
struct AuditSeal {
  std::string_view before_hash;  // the hashed bytes: all of the line up to ,"hash"
  std::uint64_t seq = 0;
  AuditHash hash;
  // Only in the first line of a file.
  std::optional<AuditChainId> chain;
  std::optional<AuditHash> previous;
};

// The maximum that Seal adds to a line.
inline constexpr std::size_t kSealBytes = 320;

// The seal of a line (without its newline); nullopt if it has none. Quotation marks in values are escaped, so nothing that a
// peer chose can look like a seal.
std::optional<AuditSeal> ParseSeal(std::string_view line);

// A number in decimal, in its own storage.
class DecimalText {
 public:
  explicit DecimalText(std::uint64_t number);
  std::string_view view() const { return {digits_.data(), size_}; }

 private:
  std::array<char, 20> digits_;
  std::size_t size_;
};

// Completes an open line ("{…", without the closing brace) as the next one of the chain, and returns the head after it. Line is
// a BasicAuditLine, Hasher an AuditHasher.
template <typename Line, typename Hasher>
AuditHead Seal(Line& line, const AuditHead& head, bool is_first_of_file, Hasher& hasher) {
  if (is_first_of_file) {
    line.Word("chain", head.chain.view());
    line.Word("previous", head.hash.view());
  }
  AuditHead next{head.chain, head.seq + 1, {}};
  line.Number("seq", next.seq);
  next.hash = hasher.Next(head.hash, line.view());
  line.Word("hash", next.hash.view());
  line.End();
  return next;
}

}  // namespace onbehalf::service
