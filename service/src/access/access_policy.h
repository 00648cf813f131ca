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
  std::string_view node;  // the method whose effective descriptor was checked; lives as long as the method
  std::string entry;      // the deciding entry in SDDL; set for denials only, empty if none decided
};

// An effective node.
struct EffectiveNode {
  std::string name;
  bool is_default = false;              // not named in the document
  bool is_registered = false;           // the root, the pipe, a registered method or its namespace
  PolicyNode own;                       // the explicit entries in force: the document's, or the default
  std::vector<EffectiveEntry> entries;  // in the order in which Windows evaluates them
  std::size_t descriptor = 0;           // private to the policy: nodes with equal entries share one
};

// Who may call what: the effective security descriptor of every node. It consists of the entries that deny anonymous and guest
// logons (at `pipe:` also those that allow the packages of the settings to connect), then those of the node, its namespace and
// the root, up to the first protected one; deny before allow within each level, as for a file in a folder. SYSTEM (the service)
// owns every node, because an owner has WRITE_DAC without any entry.
// Immutable once compiled; any thread.
//
// Windows decides: AccessCheck with the request's own token, once for each right, descriptor and captured identity, which caches
// the answer (CallerIdentity). Each right is checked separately, because MAXIMUM_ALLOWED differs between systems: Wine's removes
// what any later entry denies. All checks throw win32::Win32Error when the check itself fails: the request is then refused.
class AccessPolicy {
 public:
  // The policy of a document without faults (FindFaults); an empty document gives the built-in policy: the methods' own
  // defaults, and full rights at the root for administrators and SYSTEM. Throws std::invalid_argument for a method whose default
  // is not a valid node or is too large. `app_packages` are the packages whose app containers may connect: `pipe:` has an entry
  // for each of them that always applies, and the document's entries for packages and capabilities have no effect there.
  static AccessPolicy Compile(PolicyDocument document, const MethodRegistry& methods,
                              std::vector<win32::Sid> app_packages = {});

  AccessPolicy(AccessPolicy&&) = default;
  AccessPolicy& operator=(AccessPolicy&&) = default;

  std::uint64_t version() const { return document_.version; }
  const PolicyDocument& document() const { return document_; }

  // Exactly one AccessCheck for an allowed call, or none if its answer is cached; a second one if the call is denied. A method
  // that was not registered when the policy was compiled has the root's descriptor.
  AccessDecision Check(const Method& method, const CallerIdentity& caller) const;
  // The same system calls for a method that does not exist: denied, and not visible.
  AccessDecision CheckUnknown(const CallerIdentity& caller) const;
  // Which of kCall, kSee and kManage the caller has in full at a node of this policy. Checks all three.
  ACCESS_MASK Granted(const EffectiveNode& node, const CallerIdentity& caller) const;
  // Whether the caller may see the method in rpc.discover.
  bool MaySee(const Method& method, const CallerIdentity& caller) const;
  // Whether the caller may manage the root.
  bool IsAdministrator(const CallerIdentity& caller) const;

  // nullptr: neither registered nor named in the document.
  const EffectiveNode* Find(std::string_view node) const;
  // The root, the pipe, then the others by name.
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
  std::vector<win32::Sid> app_packages_;
  // Unique in this process, so that an identity's cache never answers for another policy.
  std::uint64_t id_ = 0;
  // Nodes refer to the names of others by string_view, which a copy would break.
  std::map<std::string, EffectiveNode, std::less<>> nodes_;
  const EffectiveNode* root_ = nullptr;
  std::vector<win32::SecurityDescriptor> descriptors_;
};

// SYSTEM, the owner of every node.
const win32::Sid& NodeOwner();

}  // namespace onbehalf::service
