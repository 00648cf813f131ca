#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "onbehalf/service/method.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::service {

// The nodes that every policy has: the root, from which all inherit, and the pipe, whose call right is to
// connect.
inline constexpr std::string_view kRootNode = "/";
inline constexpr std::string_view kPipeNode = "pipe:";

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

// A document without faults is good to compile. With faults it holds what could be read, and is good for
// nothing. The warnings are about the text; FindWarnings has those about the document.
struct PolicyReading {
  PolicyDocument document;
  std::vector<PolicyFault> faults;
  std::vector<PolicyFault> warnings;
};

// The text of access.json. Finds all faults, not only the first; never throws for what the text holds.
PolicyReading ParsePolicy(std::string_view text);

// Names for the file's comment and nothing else; may be empty.
using NameOf = std::function<std::optional<std::string>(const win32::Sid&)>;
// The text that ParsePolicy reads as this document, with a line for each node. Names are left out where the
// text would be over kMaxPolicyBytes with them. Throws std::invalid_argument for a string that is not UTF-8.
std::string ToText(const PolicyDocument& document, const NameOf& name_of);

// One node's SDDL ("D:", "D:P", and plain allow and deny entries), with all the faults that ParsePolicy would
// find in it.
std::variant<PolicyNode, std::vector<PolicyFault>> ParseNode(std::string_view node, std::string_view sddl);

// What ParsePolicy checks once the text has been read, for documents that were changed in memory: names,
// entries, sizes, and that administrators keep the root.
std::vector<PolicyFault> FindFaults(const PolicyDocument& document);
// What is no fault and has no effect: nodes of methods that are not registered (a module that is not loaded
// now; they are kept), allow entries for logons that are always denied, entries that stand twice.
std::vector<PolicyFault> FindWarnings(const PolicyDocument& document, const MethodRegistry& methods);

// Deny before allow, each in the order they had.
void PutInOrder(std::vector<win32::AccessEntry>& entries);

// "D:P(D;;GX;;;S-1-5-…)(A;;GA;;;BA)": what ParseNode takes. Rights as GA or GX, GR, GW where the mask is made
// of whole ones, else in hexadecimal; accounts by their usual two letters, else "S-1-…".
std::string ToSddl(const PolicyNode& node);
std::string ToSddl(const win32::AccessEntry& entry);

// What stands for a node that the document does not name: a method's own default, for the root administrators
// and SYSTEM, for the pipe whoever has authenticated, for anything else no entry.
std::string DefaultSddl(std::string_view node, const MethodRegistry& methods);

// "/", "pipe:", "file" or "file.write", in letters, digits and _ as MethodRegistry has them.
bool IsNodeName(std::string_view node);
// "file" for "file.write", "/" for "file" and "pipe:"; nullopt for the root and for what is no name. A part
// of `node`, or of static storage.
std::optional<std::string_view> ParentOf(std::string_view node);

// One line: "file.write: (A;;GW;;;WD): gives manage to everyone …".
std::string Describe(const PolicyFault& fault);
// All of them in one line.
std::string Describe(const std::vector<PolicyFault>& faults);

}  // namespace onbehalf::service
