#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "access/access_rights.h"
#include "access/dacl_walk.h"
#include "access/node_name.h"
#include "access/policy_document.h"
#include "onbehalf/service/caller_identity.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/security_descriptor.h"

namespace onbehalf::service {

struct AccessDecision {
  bool allowed = false;
  bool visible = false;   // not allowed, but the caller may see that the method exists
  std::string_view node;  // the method whose effective descriptor was asked; lives as long as the method
  std::string entry;      // the deciding entry in SDDL; computed for denials, empty if none decided
};

// A node as it is in force.
struct EffectiveNode {
  std::string name;
  bool is_default = false;              // not named in the document
  bool is_registered = false;           // the root, the pipe, a registered method or its namespace
  PolicyNode own;                       // the explicit part in force: the document's, or the default
  std::vector<EffectiveEntry> entries;  // in the order in which Windows looks at them
  std::size_t descriptor = 0;           // for the policy: nodes with equal entries share one
};

// Who may call what: the effective security descriptor of every node. Each is made of what denies anonymous
// and guest logons, of the node's own entries, its namespace's and the root's, up to the first protected one;
// deny before allow within each level, as the effective descriptor of a file in a folder has it. The service
// (SYSTEM) owns it: an owner has WRITE_DAC without any entry. Immutable once made; any thread.
//
// Windows decides: AccessCheck with the request's own token, once for each right, descriptor and captured
// identity, which remembers the answer (CallerIdentity). Each right is asked for by itself, because
// MAXIMUM_ALLOWED is not the same everywhere: Wine's takes away what any later entry denies. Whatever checks
// throws win32::Win32Error when the check itself fails: the request is then refused.
class AccessPolicy {
 public:
  // The policy of a document that has no faults (FindFaults); of an empty one what is built in: the methods' own
  // defaults, and at the root full rights for administrators and SYSTEM. Throws std::invalid_argument for a method whose
  // default is not a valid node, or too large.
  static AccessPolicy Compile(PolicyDocument document, const MethodRegistry& methods);

  AccessPolicy(AccessPolicy&&) = default;
  AccessPolicy& operator=(AccessPolicy&&) = default;

  std::uint64_t version() const { return document_.version; }
  const PolicyDocument& document() const { return document_; }

  // For an allowed call exactly one AccessCheck, or none where its answer is remembered; a second one for who
  // is not allowed. A method that was not registered when the policy was compiled has the root's descriptor.
  AccessDecision Check(const Method& method, const CallerIdentity& caller) const;
  // The same system calls for a method that there is not: denied, and not visible.
  AccessDecision CheckUnknown(const CallerIdentity& caller) const;
  // Which of kCall, kSee and kManage the caller has, whole, at a node of this policy. Asks for all three.
  ACCESS_MASK Granted(const EffectiveNode& node, const CallerIdentity& caller) const;
  // Whether the caller may find the method in rpc.discover.
  bool MaySee(const Method& method, const CallerIdentity& caller) const;
  // Whether the caller may manage the root.
  bool IsAdministrator(const CallerIdentity& caller) const;

  // nullptr: neither registered nor named in the document.
  const EffectiveNode* Find(std::string_view node) const;
  // The root, the pipe, and the others by name.
  std::vector<const EffectiveNode*> Nodes() const;
  const win32::SecurityDescriptor& Descriptor(const EffectiveNode& node) const;

 private:
  AccessPolicy() = default;
  void AddNode(const std::string& name, const MethodRegistry& methods, bool is_registered);
  void CollectEntries(EffectiveNode& node) const;
  const EffectiveNode& NodeOf(const Method& method) const;
  bool AskWindows(const EffectiveNode& node, const CallerIdentity& caller, ACCESS_MASK right) const;
  bool Has(const EffectiveNode& node, const CallerIdentity& caller, ACCESS_MASK right) const;

  PolicyDocument document_;
  // Of this object among all of the process, so that what an identity remembers is never another policy's.
  std::uint64_t id_ = 0;
  // Nodes refer to the names of others by view, which a copy would break.
  std::map<std::string, EffectiveNode, std::less<>> nodes_;
  const EffectiveNode* root_ = nullptr;
  std::vector<win32::SecurityDescriptor> descriptors_;
};

// SYSTEM, the owner of every node.
const win32::Sid& NodeOwner();

}  // namespace onbehalf::service
