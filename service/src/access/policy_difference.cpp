#include "access/policy_difference.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "access/node_sddl.h"

namespace onbehalf::service {
namespace {

// The accounts that are denied `bit` before the entry at `index`.
std::set<win32::Sid> DeniedBefore(const std::vector<EffectiveEntry>& entries, std::size_t index,
                                  AccessMask bit) {
  std::set<win32::Sid> denied;
  for (std::size_t i = 0; i < index; ++i) {
    const win32::AccessEntry& entry = entries[i].entry;
    if (entry.denies() && (entry.mask & bit) != 0) denied.insert(entry.sid);
  }
  return denied;
}

bool Gains(const std::vector<EffectiveEntry>& before, const std::vector<EffectiveEntry>& after,
           AccessMask bit) {
  std::set<win32::Sid> denied_now;
  for (const auto& [node, entry] : after) {
    if ((entry.mask & bit) == 0) continue;
    if (entry.denies()) {
      denied_now.insert(entry.sid);
      continue;
    }
    bool had_it = false;
    for (std::size_t i = 0; i < before.size() && !had_it; ++i) {
      const win32::AccessEntry& old = before[i].entry;
      if (!old.allows() || (old.mask & bit) == 0 || !(old.sid == entry.sid)) continue;
      const std::set<win32::Sid> denied_then = DeniedBefore(before, i, bit);
      had_it = std::includes(denied_now.begin(), denied_now.end(), denied_then.begin(), denied_then.end());
    }
    if (!had_it) return true;
  }
  return false;
}

}  // namespace

std::vector<NodeChange> Differences(const PolicyDocument& before, const PolicyDocument& after) {
  const auto sddl = [](const PolicyDocument& document,
                       const std::string& node) -> std::optional<std::string> {
    const auto found = document.nodes.find(node);
    if (found == document.nodes.end()) return std::nullopt;
    return ToSddl(found->second);
  };
  std::set<std::string> names;
  for (const PolicyDocument* document : {&before, &after}) {
    for (const auto& [name, node] : document->nodes) names.insert(name);
  }
  std::vector<NodeChange> changes;
  for (const std::string& name : names) {
    NodeChange change{name, sddl(before, name), sddl(after, name)};
    if (change.before != change.after) changes.push_back(std::move(change));
  }
  return changes;
}

AccessMask RightsGained(const std::vector<EffectiveEntry>& before, const std::vector<EffectiveEntry>& after) {
  AccessMask gained = 0;
  for (AccessMask bit = 1; bit != 0; bit <<= 1) {
    if (((kCall | kSee | kManage) & bit) != 0 && Gains(before, after, bit)) gained |= bit;
  }
  return gained;
}

}  // namespace onbehalf::service
