#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "onbehalf/win32/access_entry.h"

namespace onbehalf::service {

// What a policy's text may be; more is a fault. An ACL holds 64 KiB, a node's own entries with those that it
// inherits.
inline constexpr std::size_t kMaxPolicyBytes = 4 * 1024 * 1024;
inline constexpr std::size_t kMaxPolicyNodes = 10'000;
inline constexpr std::size_t kMaxNodeEntries = 1'000;
inline constexpr std::size_t kMaxEffectiveEntries =
    200'000;  // of all nodes together, with the inherited ones

// One node's explicit part.
struct PolicyNode {
  std::vector<win32::AccessEntry> entries;  // masks mapped (no generic bits), deny before allow
  bool is_protected = false;                // nothing is inherited from the nodes above
  friend bool operator==(const PolicyNode&, const PolicyNode&) = default;
};

// Who may call what, as an administrator has set it: the nodes that differ from their defaults. A value.
struct PolicyDocument {
  std::uint64_t version = 0;  // 0: the built-in default, no file
  std::string changed;        // UTC, when; for people
  std::string changed_by;     // account name and SID; for people
  std::map<std::string, PolicyNode, std::less<>> nodes;
  // In place of a policy that cannot be read: every node has the root's built-in entries and no others,
  // whatever `nodes` says. Never in a text.
  bool administrators_only = false;
  friend bool operator==(const PolicyDocument&, const PolicyDocument&) = default;
};

// What is wrong, or (as a warning) worth knowing, and where.
struct PolicyFault {
  std::string node;   // empty: the file as a whole
  std::string entry;  // in SDDL, as it was written where it was; empty: the node as a whole
  std::string message;
  friend bool operator==(const PolicyFault&, const PolicyFault&) = default;
};

// Deny before allow, each in the order they had.
void PutInOrder(std::vector<win32::AccessEntry>& entries);

// One line: "file.write: (A;;GW;;;WD): gives manage to everyone …".
std::string Describe(const PolicyFault& fault);
// All of them in one line.
std::string Describe(const std::vector<PolicyFault>& faults);

}  // namespace onbehalf::service
