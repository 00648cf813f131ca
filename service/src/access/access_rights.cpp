#include "access/access_rights.h"

#include <array>
#include <cstdio>

#include "access/node_name.h"

namespace onbehalf::service {
namespace {

struct Right {
  std::string_view word;
  AccessMask mask;
};
constexpr std::array<Right, 3> kRights{{{"call", kCall}, {"see", kSee}, {"manage", kManage}}};
constexpr std::string_view kConnect = "connect";

}  // namespace

std::vector<std::string_view> RightsWords(std::string_view node, AccessMask mask) {
  std::vector<std::string_view> words;
  for (const Right& right : kRights) {
    if ((mask & right.mask) != right.mask) continue;
    words.push_back(right.mask == kCall && node == kPipeNode ? kConnect : right.word);
  }
  return words;
}

std::string RightsText(std::string_view node, AccessMask mask) {
  std::string text;
  for (const std::string_view word : RightsWords(node, mask)) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text.empty() ? MaskText(mask) : text;
}

std::optional<AccessMask> RightNamed(std::string_view node, std::string_view word) {
  if (node == kPipeNode && word == kConnect) return kCall;
  for (const Right& right : kRights) {
    if (word == right.word) return right.mask;
  }
  return std::nullopt;
}

std::string MaskText(AccessMask mask) {
  std::array<char, 11> text{};
  std::snprintf(text.data(), text.size(), "0x%lx", static_cast<unsigned long>(mask));
  return text.data();
}

std::string AceSddl(std::string_view type_and_flags, AccessMask mask, std::string_view account) {
  std::string entry = "(";
  entry.append(type_and_flags).append(";").append(MaskText(mask)).append(";;;").append(account).append(")");
  return entry;
}

}  // namespace onbehalf::service
