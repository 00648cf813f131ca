#include "audit/anchor_text.h"

#include <charconv>
#include <cstddef>
#include <system_error>

namespace onbehalf::service {
namespace {

bool Take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

}  // namespace

std::string AnchorText(const AuditHead& head) {
  return "seq " + std::to_string(head.seq) + " hash " + head.hash.ToString() + " chain " +
         head.chain.ToString();
}

bool ParseAnchorText(std::string_view text, AuditHead& head) {
  if (!Take(text, "seq ")) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), head.seq);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!Take(text, " hash ")) return false;
  const auto hash = AuditHash::FromText(text.substr(0, 64));
  if (!hash || !Take(text, hash->view()) || !Take(text, " chain ")) return false;
  const auto chain = AuditChainId::FromText(text);
  if (!chain) return false;
  head.hash = *hash;
  head.chain = *chain;
  return true;
}

}  // namespace onbehalf::service
