#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/access_rights.h"
#include "access/dacl_walk.h"
#include "access/explanation.h"
#include "access/known_accounts.h"
#include "access/node_name.h"
#include "access/node_sddl.h"
#include "methods/access_method_groups.h"
#include "methods/access_parameters.h"
#include "methods/shown_identity.h"
#include "onbehalf/protocol/json_object.h"
#include "onbehalf/service/schema.h"
#include "onbehalf/win32/account_access.h"

namespace onbehalf::service {
namespace {

using protocol::MakeObject;
using win32::AccessEntry;
using win32::AccountNames;
using win32::Sid;

// The account as one argument of a command.
std::string Argument(const Sid& sid, AccountNames& names) {
  const std::string text = names.Display(sid);
  return text.find(' ') == std::string::npos ? text : "\"" + text + "\"";
}

Json RightsSchema() { return MakeObject({{"items", Text("call (connect at pipe:), see or manage")}}); }

// An entry of a node's descriptor.
struct Entry {
  std::string_view type;
  std::vector<std::string_view> rights;
  ACCESS_MASK mask = 0;
  NamedAccount account;
  std::string sddl;
  std::string from;
  bool inherited = false;

  Entry(const EffectiveNode& node, std::string_view stands_at, const AccessEntry& entry, AccountNames& names,
        const Call& call)
      : type(entry.denies() ? "deny" : "allow"),
        rights(RightsWords(node.name, entry.mask)),
        mask(entry.mask),
        account(entry.sid, names, call.stop),
        sddl(ToSddl(entry)),
        from(stands_at),
        inherited(stands_at != node.name) {}

  template <typename Object>
  static constexpr auto FieldsIn() {
    return std::array{Required<&Entry::type, Object>("type", "allow or deny"),
                      Required<&Entry::rights, Object>("rights", "", {.words = RightsSchema}),
                      Required<&Entry::mask, Object>("mask", "the access mask"),
                      Required<&Entry::account, Object>("account", ""),
                      Required<&Entry::sddl, Object>("sddl", ""),
                      Required<&Entry::from, Object>(
                          "from", "the node the entry belongs to; empty: built in, always applies"),
                      Required<&Entry::inherited, Object>("inherited", "")};
  }
  static constexpr auto Describe() { return FieldsIn<Entry>(); }
};

// ---- access.list ----

std::string_view Word(PolicyStore::Loaded::Source source) {
  switch (source) {
    case PolicyStore::Loaded::Source::kFile:
      return "file";
    case PolicyStore::Loaded::Source::kDefault:
      return "default";
    case PolicyStore::Loaded::Source::kLastGood:
      return "lastGood";
    case PolicyStore::Loaded::Source::kAdministratorsOnly:
      break;
  }
  return "administratorsOnly";
}

struct ListParams {
  std::optional<std::string_view> node;

  static constexpr auto Describe() {
    return std::array{Optional<&ListParams::node>(
                          "node", "Only this node and the nodes below it; all nodes if omitted.", kNodeBounds)
                          .NotNull()
                          .Audited()};
  }
};

struct ListedNode {
  std::string node;
  std::optional<std::string> parent;
  bool is_default;
  bool is_protected;
  bool is_registered;
  std::string sddl;
  std::vector<std::string_view> may;

  ListedNode(const EffectiveNode& listed, ACCESS_MASK granted)
      : node(listed.name),
        parent(ParentOf(listed.name)),
        is_default(listed.is_default),
        is_protected(listed.own.is_protected),
        is_registered(listed.is_registered),
        sddl(ToSddl(listed.own)),
        may(RightsWords(listed.name, granted)) {}

  static Json MaySchema() { return MakeObject({{"items", Text("a right that the caller has there")}}); }
  static constexpr auto Describe() {
    return std::array{
        Required<&ListedNode::node>("node", ""),
        Required<&ListedNode::parent>("parent", "the node it inherits from"),
        Required<&ListedNode::is_default>("default", "no administrator has set it"),
        Required<&ListedNode::is_protected>("protected", "does not inherit"),
        Required<&ListedNode::is_registered>("registered", "a method or namespace of this name exists now"),
        Required<&ListedNode::sddl>("sddl", "its own entries"),
        Required<&ListedNode::may>("may", "", {.words = MaySchema})};
  }
};

struct NodeList {
  std::uint64_t version;
  std::string_view source;
  std::optional<std::string> fault;
  std::vector<ListedNode> nodes;

  static constexpr auto Describe() {
    return std::array{
        Required<&NodeList::version>("version", "increases with every change"),
        Required<&NodeList::source>(
            "source",
            "file, default (there is no file), lastGood or administratorsOnly (the file is invalid)"),
        Required<&NodeList::fault>(
            "fault", "why the existing access.json is not in use; only for callers who may see the root"),
        Required<&NodeList::nodes>("nodes", "the nodes that the caller may see")};
  }
};

Result<NodeList> List(AccessControl& access, AccountNames&, const ListParams& params, const Call& call) {
  const auto policy = access.policy();
  const std::string_view top = params.node.value_or(kRootNode);
  if (top != kRootNode) {
    ONBEHALF_TRY([[maybe_unused]] const auto& visible, RequireVisible(*policy, top, call.caller));
  }
  NodeList list{policy->version(), Word(access.source()), std::nullopt, {}};
  for (const EffectiveNode* node : policy->Nodes()) {
    if (!IsAtOrBelow(node->name, top)) continue;
    const ACCESS_MASK granted = policy->Granted(*node, call.caller);
    if ((granted & (kSee | kManage)) == 0) continue;
    list.nodes.emplace_back(*node, granted);
  }
  // The fault names nodes, which only callers who may see the root may learn of.
  const bool knows_all = RequireVisible(*policy, kRootNode, call.caller).ok();
  if (std::string fault = access.fault(); knows_all && !fault.empty()) list.fault = std::move(fault);
  return list;
}

// ---- access.show ----

struct ShowParams {
  std::string_view node;

  static constexpr auto Describe() {
    return std::array{NodeField<ShowParams>("/, pipe:, a namespace or a method.")};
  }
};

struct ShownNode {
  std::uint64_t version;
  std::string node;
  bool is_default;
  bool is_protected;
  std::string sddl;
  std::vector<Entry> entries;

  static constexpr auto Describe() {
    return std::array{
        Required<&ShownNode::version>("version", ""),
        Required<&ShownNode::node>("node", ""),
        Required<&ShownNode::is_default>("default", "no administrator has set it"),
        Required<&ShownNode::is_protected>("protected", "does not inherit"),
        Required<&ShownNode::sddl>("sddl", "its own entries"),
        Required<&ShownNode::entries>("entries", "in the order in which Windows evaluates them")};
  }
};

Result<ShownNode> Show(AccessControl& access, AccountNames& names, const ShowParams& params,
                       const Call& call) {
  const auto policy = access.policy();
  ONBEHALF_TRY(const auto& visible, RequireVisible(*policy, params.node, call.caller));
  const EffectiveNode& node = *visible;
  ShownNode shown{policy->version(), node.name, node.is_default, node.own.is_protected, ToSddl(node.own), {}};
  for (const EffectiveEntry& each : node.entries)
    shown.entries.emplace_back(node, each.node, each.entry, names, call);
  return shown;
}

// ---- access.check ----

// A base of the parameters that ask for a right at a node; its members come first.
struct RightParams {
  std::string_view node;
  std::string_view right = "call";

  template <typename Params>
  static constexpr auto FieldsIn() {
    return std::array{
        NodeField<Params>(""),
        Optional<&RightParams::right, Params>("right", "call (the default; connect at pipe:), see or manage.")
            .Audited()};
  }
};

// A right at a node that the caller may see.
struct Asked {
  const EffectiveNode& node;
  ACCESS_MASK right;

  std::string_view word() const { return RightsWords(node.name, right).front(); }
};

Result<Asked> AskedFrom(const AccessPolicy& policy, const RightParams& params, const Call& call) {
  ONBEHALF_TRY(const auto& right, RightFrom(params.node, params.right));
  ONBEHALF_TRY(const auto& visible, RequireVisible(policy, params.node, call.caller));
  return Asked{*visible, right};
}

struct CheckParams : RightParams {
  std::optional<std::string_view> account;

  static constexpr auto Describe() {
    return Join(FieldsIn<CheckParams>(), std::array{Optional<&CheckParams::account>(
                                                        "account", "The caller if omitted.", kAccountBounds)
                                                        .NotNull()
                                                        .Audited()});
  }
};

struct Checked {
  std::string node;
  std::string_view right;
  bool allowed;
  NamedAccount account;
  bool approximate;
  std::string_view note;

  static constexpr auto Describe() {
    return std::array{
        Required<&Checked::node>("node", ""),
        Required<&Checked::right>("right", ""),
        Required<&Checked::allowed>("allowed", ""),
        Required<&Checked::account>("account", ""),
        Required<&Checked::approximate>("approximate", "computed without a token of the account"),
        Required<&Checked::note>("note", "what the answer leaves out; may be empty")};
  }
};

// Whether entries allow a package or capability all of `mask`.
bool IsPackageAllowed(const EffectiveNode& node, const Sid& sid, ACCESS_MASK mask) {
  TokenSids token;
  token.packages.push_back({sid, false, true, false});
  if (sid.IsPackage() && !sid.IsEveryPackage()) {
    for (const char* every : {"S-1-15-2-1", "S-1-15-2-2"})
      token.packages.push_back({Sid::FromNumbers(every).value(), false, true, false});
  }
  return WalkPackages(node.entries, token, mask).missing == 0;
}

Result<Checked> Check(AccessControl& access, AccountNames& names, const CheckParams& params,
                      const Call& call) {
  const auto policy = access.policy();
  ONBEHALF_TRY(const auto& asked, AskedFrom(*policy, params, call));
  const auto& [node, mask] = asked;
  if (!params.account) {
    const bool allowed = (policy->Granted(node, call.caller) & mask) == mask;
    return Checked{
        node.name, asked.word(), allowed, NamedAccount(call.caller.user(), names, call.stop), false, ""};
  }
  if (auto refusal = RequireManager(*policy, node.name, call.caller)) return *std::move(refusal);
  ONBEHALF_TRY(const auto& account, AccountFrom(*params.account, names));
  if (IsOfAppContainers(account)) {
    return Checked{
        node.name,
        asked.word(),
        IsPackageAllowed(node, account, mask),
        NamedAccount(account, names, call.stop),
        true,
        "An app container also needs the right through its account, and may have it through a capability."};
  }
  const ACCESS_MASK granted = win32::AccessOfAccount(policy->Descriptor(node), account) & kAllRights;
  return Checked{
      node.name,
      asked.word(),
      (granted & mask) == mask,
      NamedAccount(account, names, call.stop),
      true,
      "Computed from the account's groups without a logon: groups that depend on the kind of logon (interactive, "
      "network, elevated) are not included."};
}

// ---- access.explain ----

struct ExplainParams : RightParams {
  static constexpr auto Describe() { return FieldsIn<ExplainParams>(); }
};

// The SID in the caller's token that an entry applies to.
struct Via : NamedAccount {
  std::string_view kind;
  bool enabled = false;
  bool deny_only = false;

  static constexpr auto Describe() {
    return Join(FieldsIn<Via>(),
                std::array{Required<&Via::kind>("kind", "user, group, package or capability"),
                           Required<&Via::enabled>("enabled", ""),
                           Required<&Via::deny_only>("denyOnly", "counts for deny entries only")});
  }
};

struct EntryInWalk : Entry {
  std::string_view step;
  std::optional<Via> via;

  EntryInWalk(const EffectiveNode& node, const ExplainedEntry& explained, AccountNames& names,
              const Call& call)
      : Entry(node, explained.node, explained.entry, names, call), step(Word(explained.step)) {
    if (explained.via) {
      via = Via{NamedAccount(*explained.via, names, call.stop), KindOf(explained), explained.via_enabled,
                explained.via_deny_only};
    }
  }
  static std::string_view KindOf(const ExplainedEntry& explained) {
    if (explained.via->IsPackage()) return "package";
    if (explained.via->IsCapability()) return "capability";
    return explained.via_is_user ? "user" : "group";
  }

  static constexpr auto Describe() {
    return Join(FieldsIn<EntryInWalk>(),
                std::array{Required<&EntryInWalk::step>(
                               "step", "noMatch, notAsked, allows, decides, denies, denyOnly or notReached"),
                           Required<&EntryInWalk::via>(
                               "via", "the SID in the caller's token that the entry applies to")});
  }
};

struct Explained {
  std::string node;
  std::string_view right;
  bool allowed;
  NamedAccount account;
  std::uint64_t version;
  std::vector<EntryInWalk> entries;
  std::optional<std::size_t> deciding;
  std::string note;
  std::string advice;

  static constexpr auto Describe() {
    return std::array{
        Required<&Explained::node>("node", ""),
        Required<&Explained::right>("right", ""),
        Required<&Explained::allowed>("allowed", "Windows' decision"),
        Required<&Explained::account>("account", ""),
        Required<&Explained::version>("version", ""),
        Required<&Explained::entries>("entries", "in the order in which Windows evaluates them"),
        Required<&Explained::deciding>("deciding", "index in entries; null: no entry decided"),
        Required<&Explained::note>("note", "what else contributed to the decision; may be empty"),
        Required<&Explained::advice>("advice",
                                     "the command that would change the answer; empty: there is none")};
  }
};

// The command that would reverse the decision; empty if there is none.
std::string Advice(const Explanation& explanation, const EffectiveNode& node, ACCESS_MASK right,
                   const CallerIdentity& caller, AccountNames& names) {
  const std::string word(RightsWords(node.name, right).front());
  const auto command = [&](const char* verb, const Sid& account, std::string_view at) {
    return std::string("onbehalf access ") + verb + " " + Argument(account, names) + " " + std::string(at) +
           " " + word;
  };
  if (explanation.package_refused)
    return node.name == kPipeNode ? "" : command("grant", caller.app_container()->package, node.name);
  if (!explanation.deciding) return explanation.allowed ? "" : command("grant", caller.user(), node.name);
  const ExplainedEntry& decided = explanation.entries.at(*explanation.deciding);
  // A built-in entry cannot be changed.
  if (decided.node.empty()) return "";
  if (decided.entry.denies()) return command("revoke", decided.entry.sid, decided.node) + " --deny";
  // An entry that also applies to other accounts or nodes should not be removed because of one account.
  const bool is_for_this_alone = decided.entry.sid == caller.user() && decided.node == node.name;
  return is_for_this_alone ? command("revoke", caller.user(), node.name) + " --allow"
                           : command("deny", caller.user(), node.name);
}

Result<Explained> ExplainTo(AccessControl& access, AccountNames& names, const ExplainParams& params,
                            const Call& call) {
  const auto policy = access.policy();
  ONBEHALF_TRY(const auto& asked, AskedFrom(*policy, params, call));
  const auto& [node, mask] = asked;
  Explanation explanation = Explain(*policy, node, call.caller, mask);
  Explained explained{node.name,
                      asked.word(),
                      explanation.allowed,
                      NamedAccount(call.caller.user(), names, call.stop),
                      policy->version(),
                      {},
                      explanation.deciding,
                      std::move(explanation.note),
                      Advice(explanation, node, mask, call.caller, names)};
  for (const ExplainedEntry& each : explanation.entries)
    explained.entries.emplace_back(node, each, names, call);
  return explained;
}

}  // namespace

void AddAccessQuestions(AccessMethods& methods) {
  methods.Add("access.list", "Lists the policy's nodes that the caller may see.", List);
  methods.Add("access.show", "Shows who may do what at a node, including the entries it inherits.", Show);
  methods.Add(
      "access.check",
      "Tells whether the caller has a right at a node; the node's managers may ask for another account.",
      Check);
  methods.Add("access.explain",
              "Tells which entry grants or denies the caller a right, and what would change that.",
              ExplainTo);
}

}  // namespace onbehalf::service
