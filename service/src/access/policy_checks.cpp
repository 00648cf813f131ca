#include "access/policy_checks.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "access/access_rights.h"
#include "access/known_accounts.h"
#include "access/node_name.h"
#include "access/node_sddl.h"

namespace onbehalf::service {
namespace {

using win32::AccessEntry;
using win32::AccessMask;

using Faults = std::vector<PolicyFault>;

// An ACL's size is a WORD. A part of it is reserved for what the document does not contain: defaults, and the entries that
// always deny.
constexpr std::size_t kAclBytes = 0xFFFF;
constexpr std::size_t kReservedAclBytes = 4096;

std::size_t AclBytes(const PolicyNode& node) {
  std::size_t bytes = 0;
  for (const AccessEntry& entry : node.entries) bytes += entry.AceBytes();
  return bytes;
}

}  // namespace

void AddFault(Faults& faults, std::string_view node, std::string_view entry, std::string_view message) {
  faults.push_back({std::string(node), std::string(entry), std::string(message)});
}

std::vector<std::string> EntryFaults(const AccessEntry& entry) {
  std::vector<std::string> faults;
  if (!entry.allows() && !entry.denies()) {
    faults.push_back("is neither a plain allow nor a plain deny entry");
    return faults;
  }
  if (entry.flags != 0) {
    faults.push_back("has flags: none are allowed, an entry always applies to its node and all nodes below");
  }
  if (entry.mask == 0) faults.push_back("has no rights");
  if (const AccessMask other = entry.mask & ~kAllRights; other != 0) {
    faults.push_back("has rights that nodes do not support (" + MaskText(other) +
                     "): expected call (GX), see (GR), manage (GW) or all of them (GA)");
  }
  if (entry.allows() && (entry.mask & kManage) != 0) {
    if (const std::string_view group = ImplicitGroupName(entry.sid); !group.empty()) {
      faults.push_back("gives manage to " + std::string(group) +
                       ": anyone who may change a node's entries can take every right");
    }
  }
  return faults;
}

void AddNodeFaults(const std::string& name, const PolicyNode& node, Faults& faults) {
  if (node.entries.size() > kMaxNodeEntries) {
    AddFault(faults, name, "", "has more than " + std::to_string(kMaxNodeEntries) + " entries");
  }
  if (name != kRootNode) return;
  bool given = false;
  bool denied = false;
  for (const AccessEntry& entry : node.entries) {
    if ((entry.mask & kManage) == 0) continue;
    given = given || (entry.allows() && entry.sid == Administrators());
    denied = denied || (entry.denies() && DeniesAdministrators(entry.sid));
  }
  if (!given || denied) {
    AddFault(faults, name, "",
             "leaves administrators without manage: the root must allow it to BA, and must not deny it to "
             "them or to a group that all of them belong to");
  }
}

void AddSizeFaults(const PolicyDocument& document, Faults& faults) {
  if (document.nodes.size() > kMaxPolicyNodes) {
    AddFault(faults, "", "", "has more than " + std::to_string(kMaxPolicyNodes) + " nodes");
    return;
  }
  std::size_t all_entries = 0;
  std::size_t text_bytes = 0;
  for (const auto& [name, node] : document.nodes) {
    std::size_t bytes = AclBytes(node);
    std::size_t entries = node.entries.size();
    bool is_protected = node.is_protected;
    for (auto parent = ParentOf(name); parent && !is_protected; parent = ParentOf(*parent)) {
      const auto found = document.nodes.find(*parent);
      if (found == document.nodes.end()) continue;
      bytes += AclBytes(found->second);
      entries += found->second.entries.size();
      is_protected = found->second.is_protected;
    }
    if (bytes > kAclBytes - kReservedAclBytes) {
      AddFault(faults, name, "", "has more entries, with those it inherits, than an ACL can hold (64 KiB)");
    }
    all_entries += entries;
    // The line that ToText writes: {"sddl": "…"} and what surrounds it.
    text_bytes += name.size() + ToSddl(node).size() + 24;
  }
  if (all_entries > kMaxEffectiveEntries) {
    AddFault(faults, "", "",
             "has more than " + std::to_string(kMaxEffectiveEntries) +
                 " entries, counting inherited ones at every node");
  }
  // The rest of the text: about 100 bytes, and who changed it.
  if (text_bytes + document.changed.size() + document.changed_by.size() > kMaxPolicyBytes - 4096) {
    AddFault(faults, "", "", "is larger than 4 MiB when the service writes it");
  }
}

std::vector<PolicyFault> FindFaults(const PolicyDocument& document) {
  Faults faults;
  for (const auto& [name, node] : document.nodes) {
    if (!IsNodeName(name)) {
      AddFault(faults, name, "", kNotANodeName);
      continue;
    }
    const std::size_t faults_before = faults.size();
    for (const AccessEntry& entry : node.entries) {
      for (const std::string& message : EntryFaults(entry)) AddFault(faults, name, ToSddl(entry), message);
    }
    if (faults.size() == faults_before) AddNodeFaults(name, node, faults);
  }
  if (faults.empty()) AddSizeFaults(document, faults);
  return faults;
}

std::vector<PolicyFault> FindWarnings(const PolicyDocument& document,
                                      const std::function<bool(std::string_view node)>& is_registered) {
  Faults warnings;
  for (const auto& [name, node] : document.nodes) {
    if (!is_registered(name)) {
      AddFault(warnings, name, "", "has no registered method: kept, but without effect");
    }
    for (auto entry = node.entries.begin(); entry != node.entries.end(); ++entry) {
      if (entry->allows() && IsAlwaysDenied(entry->sid)) {
        AddFault(warnings, name, ToSddl(*entry),
                 "has no effect: anonymous and guest logons are always denied");
      }
      if (entry->denies() && IsOfAppContainers(entry->sid)) {
        AddFault(warnings, name, ToSddl(*entry),
                 "has no effect: Windows ignores deny entries for packages and capabilities");
      }
      if (name == kPipeNode && entry->allows() && IsOfAppContainers(entry->sid)) {
        AddFault(
            warnings, name, ToSddl(*entry),
            "has no effect: app containers may connect only if the setting pipe.app_packages names their package");
      }
      if (std::find(node.entries.begin(), entry, *entry) != entry) {
        AddFault(warnings, name, ToSddl(*entry), "is a duplicate");
      }
    }
  }
  return warnings;
}

}  // namespace onbehalf::service
