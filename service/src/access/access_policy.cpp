#include "access/access_policy.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>

#include "access/known_accounts.h"
#include "access/node_defaults.h"
#include "access/node_name.h"
#include "access/node_sddl.h"
#include "access/policy_reading.h"
#include "access/token_sids.h"
#include "identity/granted_rights.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

using win32::AccessEntry;
using win32::SecurityDescriptor;
using win32::Sid;

// Maximum size of a default as an ACL, so that a document's entries have the room that FindFaults assumes.
constexpr std::size_t kMaxDefaultBytes = 2048;

// Anonymous and guest logons are denied first, although the pipe's own descriptor shuts them out already: either can be changed
// without the other.
const std::vector<AccessEntry>& AlwaysDenied() {
  static const std::vector<AccessEntry> denied = {
      {ACCESS_DENIED_ACE_TYPE, 0, kAllRights, Sid::FromWellKnown(WinAnonymousSid)},
      {ACCESS_DENIED_ACE_TYPE, 0, kAllRights, Sid::FromWellKnown(WinBuiltinGuestsSid)}};
  return denied;
}

// An ACL's bytes, aligned as ACLs are.
using AclBytes = std::vector<DWORD>;

AclBytes ToAcl(const EffectiveNode& node) {
  std::size_t bytes = sizeof(ACL);
  for (const EffectiveEntry& effective : node.entries) bytes += effective.entry.AceBytes();
  if (bytes > std::numeric_limits<WORD>::max()) {
    throw std::invalid_argument("more entries than an ACL can hold: " + node.name);
  }
  AclBytes buffer((bytes + sizeof(DWORD) - 1) / sizeof(DWORD));
  auto* acl = reinterpret_cast<ACL*>(buffer.data());
  if (!::InitializeAcl(acl, static_cast<DWORD>(buffer.size() * sizeof(DWORD)), ACL_REVISION)) {
    win32::ThrowLastError("InitializeAcl");
  }
  for (const EffectiveEntry& effective : node.entries) {
    const AccessEntry& entry = effective.entry;
    const auto add = entry.denies() ? &::AddAccessDeniedAce : &::AddAccessAllowedAce;
    if (!add(acl, ACL_REVISION, entry.mask, entry.sid.get()))
      win32::ThrowLastError("AddAccessAllowedAce", node.name);
  }
  return buffer;
}

SecurityDescriptor ToDescriptor(AclBytes& acl) {
  SECURITY_DESCRIPTOR descriptor;
  if (!::InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION)) {
    win32::ThrowLastError("InitializeSecurityDescriptor");
  }
  if (!::SetSecurityDescriptorOwner(&descriptor, NodeOwner().get(), FALSE)) {
    win32::ThrowLastError("SetSecurityDescriptorOwner");
  }
  // AccessCheck requires a group (ERROR_INVALID_SECURITY_DESCR) but ignores it.
  if (!::SetSecurityDescriptorGroup(&descriptor, NodeOwner().get(), FALSE)) {
    win32::ThrowLastError("SetSecurityDescriptorGroup");
  }
  if (!::SetSecurityDescriptorDacl(&descriptor, TRUE, reinterpret_cast<ACL*>(acl.data()), FALSE)) {
    win32::ThrowLastError("SetSecurityDescriptorDacl");
  }
  if (!::SetSecurityDescriptorControl(&descriptor, SE_DACL_PROTECTED, SE_DACL_PROTECTED)) {
    win32::ThrowLastError("SetSecurityDescriptorControl");
  }
  return SecurityDescriptor::FromPointer(&descriptor);
}

PolicyNode DefaultNode(const std::string& name, const MethodRegistry& methods) {
  auto parsed = ParseNode(name, DefaultSddl(name, methods));
  if (const auto* faults = std::get_if<std::vector<PolicyFault>>(&parsed)) {
    throw std::invalid_argument("invalid access_default: " + Describe(faults->front()));
  }
  PolicyNode node = std::get<PolicyNode>(std::move(parsed));
  std::size_t bytes = 0;
  for (const AccessEntry& entry : node.entries) bytes += entry.AceBytes();
  if (bytes > kMaxDefaultBytes) throw std::invalid_argument("access_default has too many entries: " + name);
  return node;
}

}  // namespace

const Sid& NodeOwner() {
  static const Sid system = Sid::FromWellKnown(WinLocalSystemSid);
  return system;
}

AccessPolicy AccessPolicy::Compile(PolicyDocument document, const MethodRegistry& methods,
                                   std::vector<Sid> app_packages) {
  // 0 means an identity with an empty cache.
  static std::atomic<std::uint64_t> last_id{0};
  AccessPolicy policy;
  policy.id_ = ++last_id;
  policy.document_ = std::move(document);
  policy.app_packages_ = std::move(app_packages);
  policy.AddNode(std::string(kRootNode), methods, true);
  policy.AddNode(std::string(kPipeNode), methods, true);
  for (const Method* method : methods.All()) {
    policy.AddNode(std::string(ParentOf(method->name).value_or(kRootNode)), methods, true);
    policy.AddNode(method->name, methods, true);
  }
  for (const auto& [name, node] : policy.document_.nodes) policy.AddNode(name, methods, false);

  std::map<AclBytes, std::size_t> known;
  for (auto& [name, node] : policy.nodes_) {
    policy.CollectEntries(node);
    AclBytes acl = ToAcl(node);
    const auto [interned, is_new] = known.try_emplace(acl, policy.descriptors_.size());
    if (is_new) policy.descriptors_.push_back(ToDescriptor(acl));
    node.descriptor = interned->second;
  }
  policy.root_ = policy.Find(kRootNode);
  return policy;
}

void AccessPolicy::AddNode(const std::string& name, const MethodRegistry& methods, bool is_registered) {
  const auto [position, added] = nodes_.try_emplace(name);
  if (!added) return;
  EffectiveNode& node = position->second;
  node.name = name;
  node.is_registered = is_registered;
  const auto named = document_.nodes.find(name);
  node.is_default = named == document_.nodes.end();
  if (document_.administrators_only) {
    if (name == kRootNode) node.own = DefaultNode(name, methods);
  } else {
    node.own = node.is_default ? DefaultNode(name, methods) : named->second;
    PutInOrder(node.own.entries);
  }
}

void AccessPolicy::CollectEntries(EffectiveNode& node) const {
  for (const AccessEntry& entry : AlwaysDenied()) node.entries.push_back({"", entry});
  const bool is_pipe = node.name == kPipeNode;
  if (is_pipe) {
    // Before the accounts' entries, on which they have no influence: Windows needs both to allow.
    for (const Sid& package : app_packages_)
      node.entries.push_back({"", {ACCESS_ALLOWED_ACE_TYPE, 0, kCall, package}});
  }
  std::optional<std::string_view> level = node.name;
  bool is_protected = false;
  while (level && !is_protected) {
    // An unknown namespace has no entries.
    if (const auto found = nodes_.find(*level); found != nodes_.end()) {
      for (const AccessEntry& entry : found->second.own.entries) {
        if (is_pipe && IsOfAppContainers(entry.sid)) continue;
        node.entries.push_back({found->first, entry});
      }
      is_protected = found->second.own.is_protected;
    }
    level = ParentOf(*level);
  }
}

const EffectiveNode& AccessPolicy::NodeOf(const Method& method) const {
  const EffectiveNode* node = Find(method.name);
  return node == nullptr ? *root_ : *node;
}

bool AccessPolicy::AskWindows(const EffectiveNode& node, const CallerIdentity& caller,
                              ACCESS_MASK right) const {
  return win32::CheckAccess(Descriptor(node), caller.token(), right, kAccessMapping).allowed;
}

bool AccessPolicy::Has(const EffectiveNode& node, const CallerIdentity& caller, ACCESS_MASK right) const {
  return caller.granted_
      ->Get(id_, node.descriptor, descriptors_.size(), right, [&] { return AskWindows(node, caller, right); })
      .allowed;
}

AccessDecision AccessPolicy::Check(const Method& method, const CallerIdentity& caller) const {
  const EffectiveNode& node = NodeOf(method);
  const auto get = [&](ACCESS_MASK right) {
    return caller.granted_->Get(id_, node.descriptor, descriptors_.size(), right,
                                [&] { return AskWindows(node, caller, right); });
  };
  AccessDecision decision;
  decision.node = method.name;
  const GrantedRights::Answer call = get(kCall);
  decision.allowed = call.allowed;
  if (decision.allowed) return decision;
  const GrantedRights::Answer see = get(kSee);
  decision.visible = see.allowed;
  // A caller who may not even see the method must learn nothing from the response time: Windows is asked as often as for a
  // method that does not exist, whose answers cannot be cached.
  if (!decision.visible) {
    if (!call.is_new) AskWindows(node, caller, kCall);
    if (!see.is_new) AskWindows(node, caller, kSee);
  }
  if (const auto index = DenyingEntry(node.entries, NodeOwner(), SidsOf(caller.token()), kCall)) {
    decision.entry = ToSddl(node.entries[*index].entry);
  }
  return decision;
}

AccessDecision AccessPolicy::CheckUnknown(const CallerIdentity& caller) const {
  AskWindows(*root_, caller, kCall);
  AskWindows(*root_, caller, kSee);
  DenyingEntry(root_->entries, NodeOwner(), SidsOf(caller.token()), kCall);
  return {};
}

ACCESS_MASK AccessPolicy::Granted(const EffectiveNode& node, const CallerIdentity& caller) const {
  ACCESS_MASK granted = 0;
  for (const ACCESS_MASK right : {kCall, kSee, kManage}) granted |= Has(node, caller, right) ? right : 0;
  return granted;
}

bool AccessPolicy::MaySee(const Method& method, const CallerIdentity& caller) const {
  return Has(NodeOf(method), caller, kSee);
}

bool AccessPolicy::IsAdministrator(const CallerIdentity& caller) const {
  return Has(*root_, caller, kManage);
}

const EffectiveNode* AccessPolicy::Find(std::string_view node) const {
  const auto found = nodes_.find(node);
  return found == nodes_.end() ? nullptr : &found->second;
}

std::vector<const EffectiveNode*> AccessPolicy::Nodes() const {
  std::vector<const EffectiveNode*> nodes = {root_, Find(kPipeNode)};
  nodes.reserve(nodes_.size());
  for (const auto& [name, node] : nodes_) {
    if (name != kRootNode && name != kPipeNode) nodes.push_back(&node);
  }
  return nodes;
}

const SecurityDescriptor& AccessPolicy::Descriptor(const EffectiveNode& node) const {
  return descriptors_.at(node.descriptor);
}

}  // namespace onbehalf::service
