#include "audit/audit_chain.h"

#include <charconv>

namespace onbehalf::service {
namespace {

// Removes `end` from the end of `text`.
bool TakeEnd(std::string_view& text, std::string_view end) {
  if (!text.ends_with(end)) return false;
  text.remove_suffix(end.size());
  return true;
}

// Removes `,"name":"<hex>"` from the end of `text`.
template <std::size_t kCharacters>
std::optional<HexText<kCharacters>> TakeHex(std::string_view& text, std::string_view name) {
  std::string_view rest = text;
  if (!TakeEnd(rest, "\"") || rest.size() < kCharacters) return std::nullopt;
  const auto hex = HexText<kCharacters>::FromText(rest.substr(rest.size() - kCharacters));
  rest.remove_suffix(kCharacters);
  if (!hex || !TakeEnd(rest, "\":\"") || !TakeEnd(rest, name) || !TakeEnd(rest, ",\"")) return std::nullopt;
  text = rest;
  return hex;
}

// Removes `,"seq":<number>` from the end of `text`, only in the form that DecimalText writes.
std::optional<std::uint64_t> TakeSeq(std::string_view& text) {
  const std::size_t digits = text.size() - 1 - text.find_last_not_of("0123456789");
  std::uint64_t seq = 0;
  const std::string_view number = text.substr(text.size() - digits);
  if (std::from_chars(number.data(), number.data() + number.size(), seq).ec != std::errc() ||
      number.starts_with('0')) {
    return std::nullopt;
  }
  std::string_view rest = text.substr(0, text.size() - digits);
  if (!TakeEnd(rest, ",\"seq\":")) return std::nullopt;
  text = rest;
  return seq;
}

}  // namespace

DecimalText::DecimalText(std::uint64_t number)
    : size_(static_cast<std::size_t>(
          std::to_chars(digits_.data(), digits_.data() + digits_.size(), number).ptr - digits_.data())) {}

std::optional<AuditSeal> ParseSeal(std::string_view line) {
  if (!line.starts_with('{') || !TakeEnd(line, "}")) return std::nullopt;
  AuditSeal seal;
  const auto hash = TakeHex<64>(line, "hash");
  if (!hash) return std::nullopt;
  seal.hash = *hash;
  seal.before_hash = line;
  const auto seq = TakeSeq(line);
  if (!seq) return std::nullopt;
  seal.seq = *seq;
  seal.previous = TakeHex<64>(line, "previous");
  if (seal.previous) seal.chain = TakeHex<16>(line, "chain");
  return seal;
}

}  // namespace onbehalf::service
