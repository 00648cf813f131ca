#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "onbehalf/win32/access_entry.h"

namespace onbehalf::service {

// Limits of a policy's text; exceeding one is a fault. An ACL holds 64 KiB: a node's own entries and those it inherits.
inline constexpr std::size_t kMaxPolicyBytes = 4 * 1024 * 1024;
inline constexpr std::size_t kMaxPolicyNodes = 10'000;
inline constexpr std::size_t kMaxNodeEntries = 1'000;
inline constexpr std::size_t kMaxEffectiveEntries =
    200'000;  // of all nodes in total, including inherited ones

// The explicit entries of one node.
struct PolicyNode {
  std::vector<win32::AccessEntry> entries;  // masks mapped (no generic bits), deny before allow
  bool is_protected = false;                // inherits nothing from the nodes above
  friend bool operator==(const PolicyNode&, const PolicyNode&) = default;
};

// Who may call what, as set by an administrator: the nodes that differ from their defaults. A value type.
struct PolicyDocument {
  std::uint64_t version = 0;  // 0: the built-in default, no file
  std::string changed;        // UTC time; for people
  std::string changed_by;     // account name and SID; for people
  std::map<std::string, PolicyNode, std::less<>> nodes;
  // Stands in for a policy that cannot be read: every node has the root's built-in entries and no others, whatever `nodes`
  // contains. Never written to a text.
  bool administrators_only = false;
  friend bool operator==(const PolicyDocument&, const PolicyDocument&) = default;
};

// A fault, or a warning, and its location.
struct PolicyFault {
  std::string node;   // empty: the file as a whole
  std::string entry;  // in SDDL, as originally written; empty: the node as a whole
  std::string message;
  friend bool operator==(const PolicyFault&, const PolicyFault&) = default;
};

// Deny before allow; otherwise the order is kept.
void PutInOrder(std::vector<win32::AccessEntry>& entries);

// One line: "file.write: (A;;GW;;;WD): gives manage to everyone …".
std::string Describe(const PolicyFault& fault);
// All faults in one line.
std::string Describe(const std::vector<PolicyFault>& faults);

}  // namespace onbehalf::service
