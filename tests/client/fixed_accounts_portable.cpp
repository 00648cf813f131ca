#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fixed_accounts.h"

namespace onbehalf::test {
namespace {

using Names = std::map<std::string, std::string, std::less<>>;

// The rights of an entry in SDDL, as text for people.
std::string RightsOf(std::string_view node, std::string_view sddl) {
  if (sddl.starts_with("0x")) return std::string(sddl);
  const bool has_all = sddl == "GA";
  const std::array<std::pair<std::string_view, std::string_view>, 3> kWords = {
      {{"GX", node == cli::kPipeNode ? "connect" : "call"}, {"GR", "see"}, {"GW", "manage"}}};
  std::string text;
  for (const auto& [right, word] : kWords) {
    if (!has_all && sddl.find(right) == std::string_view::npos) continue;
    text += (text.empty() ? "" : ", ") + std::string(word);
  }
  return text;
}

// Removes the first entry from `sddl` and returns it. nullopt if it does not have this form.
std::optional<cli::EntryWords> TakeEntry(std::string_view node, std::string_view& sddl) {
  static const Names kAliases = {
      {"SY", "S-1-5-18"}, {"AU", "S-1-5-11"}, {"BA", "S-1-5-32-544"}, {"BU", "S-1-5-32-545"}};
  const std::size_t end = sddl.find(')');
  if (!sddl.starts_with('(') || end == std::string_view::npos) return std::nullopt;
  std::vector<std::string> fields = {""};
  for (const char c : sddl.substr(1, end - 1)) {
    if (c == ';') {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  if (fields.size() != 6 || (fields[0] != "A" && fields[0] != "D")) return std::nullopt;
  sddl.remove_prefix(end + 1);
  const auto alias = kAliases.find(fields[5]);
  return cli::EntryWords{fields[0] == "A" ? "allow" : "deny",
                         FixedAccountName(alias == kAliases.end() ? fields[5] : alias->second),
                         RightsOf(node, fields[2])};
}

}  // namespace

std::string FixedAccountName(const std::string& sid) {
  static const Names kNames = {
      {"S-1-5-18", "NT AUTHORITY\\SYSTEM"},        {"S-1-5-11", "NT AUTHORITY\\Authenticated Users"},
      {"S-1-5-32-544", "BUILTIN\\Administrators"}, {"S-1-5-32-545", "BUILTIN\\Users"},
      {"S-1-5-21-1-2-3-1001", "PC\\alice"},        {"S-1-5-21-1-2-3-1002", "PC\\bob"},
  };
  const auto found = kNames.find(sid);
  return found == kNames.end() ? sid : found->second;
}

std::optional<cli::OwnEntries> FixedEntries(std::string_view node, std::string_view sddl) {
  if (!sddl.starts_with("D:")) return std::nullopt;
  sddl.remove_prefix(2);
  cli::OwnEntries own;
  own.is_protected = sddl.starts_with('P');
  if (own.is_protected) sddl.remove_prefix(1);
  while (!sddl.empty()) {
    std::optional<cli::EntryWords> entry = TakeEntry(node, sddl);
    if (!entry) return std::nullopt;
    own.entries.push_back(*std::move(entry));
  }
  return own;
}

}  // namespace onbehalf::test
