#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "access/access_rights.h"
#include "access/node_sddl.h"
#include "access/policy_reading.h"
#include "methods/access_method_groups.h"
#include "methods/access_parameters.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using protocol::InvalidParams;
using protocol::MakeObject;
using win32::AccessEntry;
using win32::AccountNames;
using win32::Sid;

// An ACL has at most 64 KiB, and an entry of it no more than some 100 characters of SDDL for its 20 bytes.
constexpr std::size_t kSddlCharacters = 256 * 1024;

// The entries of a node as they are to be changed: a default becomes the node's own.
PolicyNode& OwnEntries(PolicyDocument& document, const AccessPolicy& now, const std::string& node) {
  return document.nodes.try_emplace(node, now.Find(node)->own).first->second;
}

void AddRights(PolicyNode& node, const Sid& sid, BYTE type, ACCESS_MASK mask) {
  for (AccessEntry& entry : node.entries) {
    if (entry.type == type && entry.sid == sid) {
      entry.mask |= mask;
      return;
    }
  }
  node.entries.push_back({type, 0, mask, sid});
  PutInOrder(node.entries);
}

// The rights that were there to be removed.
ACCESS_MASK RemoveRights(PolicyNode& node, const Sid& sid, BYTE type, ACCESS_MASK mask) {
  ACCESS_MASK removed = 0;
  for (AccessEntry& entry : node.entries) {
    if (entry.type != type || !(entry.sid == sid)) continue;
    removed |= entry.mask & mask;
    entry.mask &= ~mask;
  }
  std::erase_if(node.entries, [](const AccessEntry& entry) { return entry.mask == 0; });
  return removed;
}

// What a change of one node answers with.
MethodResult Changed(AccessControl& access, const Call& call, const std::string& node,
                     const AccessControl::Edit& edit) {
  const PolicyRequest request = RequestOf(call);
  const AccessControl::Edit guarded = [&](PolicyDocument& document,
                                          const AccessPolicy& now) -> std::optional<Error> {
    if (auto refusal = RequireManager(now, node, call.caller)) return refusal;
    return edit(document, now);
  };
  ONBEHALF_TRY(const auto& change, access.Change(request, guarded));
  Json before = nullptr;
  Json after = nullptr;
  if (change.changed) {
    before = OrNullText(change.nodes.front().before);
    after = OrNullText(change.nodes.front().after);
  } else {
    const auto policy = access.policy();
    const EffectiveNode* const there = policy->Find(node);
    if (there != nullptr && !there->is_default) before = after = ToSddl(there->own);
  }
  return MakeObject({{"version", change.version},
                     {"changed", change.changed},
                     {"dryRun", request.dry_run},
                     {"node", node},
                     {"before", before},
                     {"after", after},
                     {"warnings", change.warnings}});
}

Json ChangedSchema() {
  return Object({{"version", Integer("after the change; of a dry run: now")},
                 {"changed", Boolean("the policy is, or of a dry run would be, another")},
                 {"dryRun", Boolean("")},
                 {"node", Text("")},
                 {"before", OrNull(Text("its own entries in SDDL; null: the default"))},
                 {"after", OrNull(Text("likewise"))},
                 {"warnings", ListOf(Text(""))}});
}

// access.grant and access.deny.
MethodResult Add(AccessControl& access, AccountNames& names, const Call& call, BYTE type) {
  const std::string node = TextOf(call, "node");
  ONBEHALF_TRY(const auto& rights, RightsFrom(node, call.params.at("rights")));
  ONBEHALF_TRY(const auto& account, AccountFrom(TextOf(call, "account"), names));
  const Sid& sid = account;
  if (!Exists(sid, names)) return InvalidParams("account: no account has the SID " + sid.ToString());
  return Changed(access, call, node,
                 [&](PolicyDocument& document, const AccessPolicy& now) -> std::optional<Error> {
                   PolicyNode edited = now.Find(node)->own;
                   AddRights(edited, sid, type, rights);
                   if (!(edited == now.Find(node)->own)) OwnEntries(document, now, node) = std::move(edited);
                   return std::nullopt;
                 });
}

MethodResult Revoke(AccessControl& access, AccountNames& names, const Call& call) {
  const std::string node = TextOf(call, "node");
  ACCESS_MASK mask = kAllRights;
  if (const auto words = call.params.find("rights"); words != call.params.end()) {
    ONBEHALF_TRY(const auto& rights, RightsFrom(node, *words));
    mask = rights;
  }
  ONBEHALF_TRY(const auto& account, AccountFrom(TextOf(call, "account"), names));
  const Sid& sid = account;
  const auto type = OptionalText(call, "type");
  return Changed(access, call, node,
                 [&](PolicyDocument& document, const AccessPolicy& now) -> std::optional<Error> {
                   const EffectiveNode& there = *now.Find(node);
                   PolicyNode edited = there.own;
                   ACCESS_MASK removed = 0;
                   if (type != "deny") removed |= RemoveRights(edited, sid, ACCESS_ALLOWED_ACE_TYPE, mask);
                   if (type != "allow") removed |= RemoveRights(edited, sid, ACCESS_DENIED_ACE_TYPE, mask);
                   if (removed == 0) {
                     std::string text = "account: " + names.Display(sid) + " has no such entry at " + node;
                     for (const EffectiveEntry& each : there.entries) {
                       if (!(each.entry.sid == sid) || (each.entry.mask & mask) == 0) continue;
                       if (each.node != node && !each.node.empty()) {
                         text += "; it is inherited from " + std::string(each.node);
                         break;
                       }
                     }
                     return InvalidParams(std::move(text));
                   }
                   OwnEntries(document, now, node) = std::move(edited);
                   return std::nullopt;
                 });
}

MethodResult Set(AccessControl& access, AccountNames& names, const Call& call) {
  const std::string node = TextOf(call, "node");
  const Json& sddl = call.params.at("sddl");
  return Changed(
      access, call, node, [&](PolicyDocument& document, const AccessPolicy& now) -> std::optional<Error> {
        if (sddl.is_null()) {
          document.nodes.erase(node);
          return std::nullopt;
        }
        auto parsed = ParseNode(node, sddl.get<std::string>());
        if (const auto* faults = std::get_if<std::vector<PolicyFault>>(&parsed)) {
          return InvalidParams("sddl: " + Describe(*faults));
        }
        PolicyNode& next = std::get<PolicyNode>(parsed);
        const PolicyNode& own = now.Find(node)->own;
        for (const AccessEntry& entry : next.entries) {
          const auto is_same = [&](const AccessEntry& old) { return old.sid == entry.sid; };
          // One that stands there already may have lost its name since.
          if (std::any_of(own.entries.begin(), own.entries.end(), is_same) || Exists(entry.sid, names))
            continue;
          return InvalidParams("sddl: " + ToSddl(entry) + ": no account has this SID");
        }
        OwnEntries(document, now, node) = std::move(next);
        return std::nullopt;
      });
}

}  // namespace

void AddAccessChanges(const AddAccessMethod& add, AccessControl& access,
                      std::shared_ptr<AccountNames> names) {
  const std::vector<Parameter> entry = {
      AccountParameter(true, "DOMAIN\\name, name@domain, a SID or an SDDL alias."), NodeParameter(true, ""),
      RightsParameter(true, "call (at pipe: connect), see, manage."), DryRunParameter(),
      IfVersionParameter()};
  add("access.grant", "Gives an account rights at a node.", entry, ChangedSchema(),
      [&access, names](const Call& call) { return Add(access, *names, call, ACCESS_ALLOWED_ACE_TYPE); });
  add("access.deny", "Denies an account rights at a node.", entry, ChangedSchema(),
      [&access, names](const Call& call) { return Add(access, *names, call, ACCESS_DENIED_ACE_TYPE); });
  add("access.revoke", "Takes an account's entries at a node away.",
      {AccountParameter(true, ""),
       NodeParameter(true, ""),
       RightsParameter(false, "Without it all."),
       {"type", "Only entries of this type; without it both.", OneOf({"allow", "deny"}), false, true},
       DryRunParameter(),
       IfVersionParameter()},
      ChangedSchema(), [&access, names](const Call& call) { return Revoke(access, *names, call); });
  add("access.set", "Replaces a node's own entries.",
      {NodeParameter(true, ""),
       {"sddl",
        "A DACL of plain allow and deny entries (D:P: nothing is inherited); null: back to the default.",
        OrNull(TextOfLength(0, kSddlCharacters)), true, true},
       DryRunParameter(),
       IfVersionParameter()},
      ChangedSchema(), [&access, names](const Call& call) { return Set(access, *names, call); });
}

}  // namespace onbehalf::service
