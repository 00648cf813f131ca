#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "access/access_rights.h"
#include "access/known_accounts.h"
#include "access/node_sddl.h"
#include "access/policy_reading.h"
#include "methods/access_method_groups.h"
#include "methods/access_parameters.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using protocol::InvalidParams;
using win32::AccessEntry;
using win32::AccountNames;
using win32::Sid;

// An ACL has at most 64 KiB, and an entry of 20 bytes takes at most about 100 characters of SDDL.
constexpr std::size_t kMaxSddlCharacters = 256 * 1024;

// The node's own entries, for changing. A node at its default gets a copy of the default entries.
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

// Returns the rights that were removed.
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

// The result of a change of one node.
struct Changed {
  std::uint64_t version;
  bool changed;
  bool dry_run;
  std::string node;
  std::optional<std::string> before;
  std::optional<std::string> after;
  std::vector<std::string> warnings;

  static constexpr auto Describe() {
    return std::array{
        Required<&Changed::version>("version", "after the change; in a dry run, the current one"),
        Required<&Changed::changed>("changed", "the policy changed, or in a dry run would change"),
        Required<&Changed::dry_run>("dryRun", ""),
        Required<&Changed::node>("node", ""),
        Required<&Changed::before>("before", "its own entries in SDDL; null: the default"),
        Required<&Changed::after>("after", "the same, after the change"),
        Required<&Changed::warnings>("warnings", "")};
  }
};

Result<Changed> Change(AccessControl& access, const Call& call, const std::string& node,
                       const ChangeParams& params, const AccessControl::Edit& edit) {
  const AccessControl::Edit guarded = [&](PolicyDocument& document,
                                          const AccessPolicy& now) -> std::optional<Error> {
    if (auto refusal = RequireManager(now, node, call.caller)) return refusal;
    return edit(document, now);
  };
  ONBEHALF_TRY(auto&& change, access.Change(RequestOf(call, params), guarded));
  Changed answer{change.version,
                 change.changed,
                 params.dry_run,
                 node,
                 std::nullopt,
                 std::nullopt,
                 std::move(change.warnings)};
  if (change.changed) {
    answer.before = std::move(change.nodes.front().before);
    answer.after = std::move(change.nodes.front().after);
  } else {
    const auto policy = access.policy();
    const EffectiveNode* const there = policy->Find(node);
    if (there != nullptr && !there->is_default) answer.before = answer.after = ToSddl(there->own);
  }
  return answer;
}

// ---- access.grant and access.deny ----

struct EntryParams : ChangeParams {
  std::string_view account;
  std::string node;
  std::vector<std::string_view> rights;

  static constexpr auto Describe() {
    return Join(
        std::array{
            AccountField<EntryParams>(
                "DOMAIN\\name, name@domain, a SID, an SDDL alias or package:FAMILYNAME."),
            NodeField<EntryParams>(""),
            Required<&EntryParams::rights>("rights", "call (connect at pipe:), see, manage.").Audited()},
        FieldsIn<EntryParams>());
  }
};

Result<Changed> AddEntry(AccessControl& access, AccountNames& names, const EntryParams& params,
                         const Call& call, BYTE type) {
  const std::string& node = params.node;
  ONBEHALF_TRY(const auto& rights, RightsFrom(node, params.rights));
  ONBEHALF_TRY(const auto& account, AccountFrom(params.account, names));
  const Sid& sid = account;
  if (type == ACCESS_DENIED_ACE_TYPE && IsOfAppContainers(sid)) {
    return InvalidParams(
        "account: Windows ignores deny entries for packages and capabilities; revoke what they have been granted, or "
        "grant it at the nodes that they need");
  }
  if (!Exists(sid, names)) return InvalidParams("account: no account has the SID " + sid.ToString());
  return Change(access, call, node, params,
                [&](PolicyDocument& document, const AccessPolicy& now) -> std::optional<Error> {
                  PolicyNode edited = now.Find(node)->own;
                  AddRights(edited, sid, type, rights);
                  if (!(edited == now.Find(node)->own)) OwnEntries(document, now, node) = std::move(edited);
                  return std::nullopt;
                });
}

Result<Changed> Grant(AccessControl& access, AccountNames& names, const EntryParams& params,
                      const Call& call) {
  return AddEntry(access, names, params, call, ACCESS_ALLOWED_ACE_TYPE);
}

Result<Changed> Deny(AccessControl& access, AccountNames& names, const EntryParams& params,
                     const Call& call) {
  return AddEntry(access, names, params, call, ACCESS_DENIED_ACE_TYPE);
}

// ---- access.revoke ----

enum class EntryType { kAllow, kDeny };
constexpr std::array<std::string_view, 2> NamesOf(EntryType) { return {"allow", "deny"}; }

struct RevokeParams : ChangeParams {
  std::string_view account;
  std::string node;
  std::optional<std::vector<std::string_view>> rights;
  std::optional<EntryType> type;

  static constexpr auto Describe() {
    return Join(
        std::array{AccountField<RevokeParams>(""), NodeField<RevokeParams>(""),
                   Optional<&RevokeParams::rights>("rights", "All rights if omitted.").NotNull().Audited(),
                   Optional<&RevokeParams::type>("type", "Only entries of this type; both types if omitted.")
                       .NotNull()
                       .Audited()},
        FieldsIn<RevokeParams>());
  }
};

Error NoSuchEntry(const EffectiveNode& node, const Sid& sid, ACCESS_MASK mask, AccountNames& names) {
  std::string text = "account: " + names.Display(sid) + " has no such entry at " + node.name;
  for (const EffectiveEntry& each : node.entries) {
    if (!(each.entry.sid == sid) || (each.entry.mask & mask) == 0) continue;
    if (each.node != node.name && !each.node.empty()) {
      text += "; it is inherited from " + std::string(each.node);
      break;
    }
  }
  return InvalidParams(std::move(text));
}

Result<Changed> Revoke(AccessControl& access, AccountNames& names, const RevokeParams& params,
                       const Call& call) {
  const std::string& node = params.node;
  ACCESS_MASK mask = kAllRights;
  if (params.rights) {
    ONBEHALF_TRY(const auto& rights, RightsFrom(node, *params.rights));
    mask = rights;
  }
  ONBEHALF_TRY(const auto& account, AccountFrom(params.account, names));
  const Sid& sid = account;
  return Change(access, call, node, params,
                [&](PolicyDocument& document, const AccessPolicy& now) -> std::optional<Error> {
                  const EffectiveNode& there = *now.Find(node);
                  PolicyNode edited = there.own;
                  ACCESS_MASK removed = 0;
                  if (params.type != EntryType::kDeny)
                    removed |= RemoveRights(edited, sid, ACCESS_ALLOWED_ACE_TYPE, mask);
                  if (params.type != EntryType::kAllow)
                    removed |= RemoveRights(edited, sid, ACCESS_DENIED_ACE_TYPE, mask);
                  if (removed == 0) return NoSuchEntry(there, sid, mask, names);
                  OwnEntries(document, now, node) = std::move(edited);
                  return std::nullopt;
                });
}

// ---- access.set ----

struct SetParams : ChangeParams {
  std::string node;
  std::optional<std::string_view> sddl;

  static constexpr auto Describe() {
    return Join(std::array{NodeField<SetParams>(""),
                           Required<&SetParams::sddl>(
                               "sddl",
                               "A DACL of plain allow and deny entries (D:P: inherits nothing); "
                               "null: back to the default.",
                               {.max_length = kMaxSddlCharacters})
                               .Audited()},
                FieldsIn<SetParams>());
  }
};

Result<Changed> Set(AccessControl& access, AccountNames& names, const SetParams& params, const Call& call) {
  const std::string& node = params.node;
  return Change(
      access, call, node, params,
      [&](PolicyDocument& document, const AccessPolicy& now) -> std::optional<Error> {
        if (!params.sddl) {
          document.nodes.erase(node);
          return std::nullopt;
        }
        auto parsed = ParseNode(node, *params.sddl);
        if (const auto* faults = std::get_if<std::vector<PolicyFault>>(&parsed))
          return InvalidParams("sddl: " + Describe(*faults));
        PolicyNode& next = std::get<PolicyNode>(parsed);
        const PolicyNode& own = now.Find(node)->own;
        for (const AccessEntry& entry : next.entries) {
          const auto is_same = [&](const AccessEntry& old) { return old.sid == entry.sid; };
          // The account of an existing entry may have been deleted since.
          if (std::any_of(own.entries.begin(), own.entries.end(), is_same) || Exists(entry.sid, names)) {
            continue;
          }
          return InvalidParams("sddl: " + ToSddl(entry) + ": no account has this SID");
        }
        OwnEntries(document, now, node) = std::move(next);
        return std::nullopt;
      });
}

}  // namespace

void AddAccessChanges(AccessMethods& methods) {
  methods.Add("access.grant", "Grants an account rights at a node.", Grant);
  methods.Add("access.deny", "Denies an account rights at a node.", Deny);
  methods.Add("access.revoke", "Removes an account's entries at a node.", Revoke);
  methods.Add("access.set", "Replaces a node's own entries.", Set);
}

}  // namespace onbehalf::service
