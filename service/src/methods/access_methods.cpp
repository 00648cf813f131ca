#include "methods/access_methods.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "access/access_rights.h"
#include "access/explanation.h"
#include "access/node_name.h"
#include "access/node_sddl.h"
#include "access/policy_reading.h"
#include "methods/account_json.h"
#include "methods_model/request_error.h"
#include "onbehalf/protocol/json_object.h"
#include "onbehalf/service/schema.h"
#include "onbehalf/win32/account_access.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using protocol::ErrorCode;
using protocol::InvalidParams;
using protocol::MakeObject;
using win32::AccessEntry;
using win32::AccountNames;
using win32::Sid;

// DOMAIN\name, a SID or an alias; Windows' own limits on names are below it.
constexpr std::size_t kAccountCharacters = 512;
constexpr std::size_t kNodeCharacters = 256;
// An ACL has at most 64 KiB, and an entry of it no more than some 100 characters of SDDL for its 20 bytes.
constexpr std::size_t kSddlCharacters = 256 * 1024;

// ---- What methods take ----

Parameter NodeParameter(bool required, std::string summary) {
  return {"node", std::move(summary), TextOfLength(1, kNodeCharacters), required, true};
}
Parameter AccountParameter(bool required, std::string summary) {
  return {"account", std::move(summary), TextOfLength(1, kAccountCharacters), required, true};
}
Parameter RightsParameter(bool required, std::string summary) {
  return {"rights", std::move(summary), ListOf(Text("")), required, true};
}
Parameter RightParameter() {
  return {"right", "call (the default; at pipe: connect), see or manage.", Text(""), false, true};
}
const Parameter kDryRun{"dryRun", "Checks everything and changes nothing.", Boolean(""), false, true};
const Parameter kIfVersion{"version", "The change is made only if the policy is at this version.",
                           IntegerFrom(0), false, true};

std::string TextOf(const Call& call, const char* name) { return call.params.at(name).get<std::string>(); }

std::optional<std::string> OptionalText(const Call& call, const char* name) {
  const auto found = call.params.find(name);
  if (found == call.params.end()) return std::nullopt;
  return found->get<std::string>();
}

PolicyRequest RequestOf(const Call& call) {
  PolicyRequest request{call.caller, call.request_id, false, std::nullopt, call.stop};
  if (const auto dry = call.params.find("dryRun"); dry != call.params.end())
    request.dry_run = dry->get<bool>();
  if (const auto version = call.params.find("version"); version != call.params.end()) {
    request.if_version = version->get<std::uint64_t>();
  }
  return request;
}

Result<ACCESS_MASK> RightFrom(std::string_view node, std::string_view word) {
  if (const auto right = RightNamed(node, word)) return *right;
  const std::string usual = node == kPipeNode ? "connect" : "call";
  return InvalidParams("rights: '" + std::string(word) + "' is none of " + usual + ", see and manage");
}

Result<ACCESS_MASK> RightsFrom(std::string_view node, const Json& words) {
  ACCESS_MASK mask = 0;
  for (const Json& word : words) {
    if (!word.is_string()) return InvalidParams("rights: has to be a list of words");
    ONBEHALF_TRY(const auto& right, RightFrom(node, word.get<std::string>()));
    mask |= right;
  }
  if (mask == 0) return InvalidParams("rights: names no right");
  return mask;
}

// A service's SID is computed from its name, and no system has to know it.
bool IsServiceSid(const Sid& sid) { return sid.ToString().starts_with("S-1-5-80-"); }

// An alias ("BA") or SID is taken before a name, so that no account can be called so.
Result<Sid> AccountFrom(const std::string& text, AccountNames& names) {
  if (const auto sid = Sid::FromString(text)) return *sid;
  if (const auto sid = names.FindSid(text)) return *sid;
  return InvalidParams("account: Windows knows no account called '" + text + "'");
}

bool Exists(const Sid& sid, AccountNames& names) { return IsServiceSid(sid) || names.Find(sid).has_value(); }

// ---- What methods answer ----

// As one argument of a command.
std::string Argument(const Sid& sid, AccountNames& names) {
  const std::string text = names.Display(sid);
  return text.find(' ') == std::string::npos ? text : "\"" + text + "\"";
}

class Answer {
 public:
  Answer(AccountNames& names, const Call& call) : names_(names), stop_(call.stop) {}

  Json Account(const Sid& sid) const { return AccountJson(sid, names_, stop_); }
  Json Entry(const EffectiveNode& node, std::string_view from, const AccessEntry& entry) const {
    return MakeObject({{"type", entry.denies() ? "deny" : "allow"},
                       {"rights", RightsWords(node.name, entry.mask)},
                       {"mask", entry.mask},
                       {"account", Account(entry.sid)},
                       {"sddl", ToSddl(entry)},
                       {"from", from},
                       {"inherited", from != node.name}});
  }

 private:
  AccountNames& names_;
  const std::stop_token stop_;
};

Json AccountSchema(std::string_view description) {
  return Object({{"sid", Text("")}, {"name", OrNull(Text("DOMAIN\\name; null: the SID has no name"))}},
                description);
}
Json RightsSchema() { return ListOf(Text("call (connect at pipe:), see or manage")); }

Json OrNullText(const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); }

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

Json NodesJson(const std::vector<NodeChange>& changes) {
  Json nodes = Json::array();
  for (const NodeChange& change : changes) {
    nodes.push_back(MakeObject(
        {{"node", change.node}, {"before", OrNullText(change.before)}, {"after", OrNullText(change.after)}}));
  }
  return nodes;
}

Json NodesSchema() {
  return ListOf(Object({{"node", Text("")},
                        {"before", OrNull(Text("its own entries in SDDL; null: the default"))},
                        {"after", OrNull(Text("likewise"))}}));
}

// ---- Reading ----

MethodResult List(AccessControl& access, const Call& call) {
  const auto policy = access.policy();
  const std::string top = OptionalText(call, "node").value_or(std::string(kRootNode));
  if (top != kRootNode) {
    ONBEHALF_TRY([[maybe_unused]] const auto& visible, RequireVisible(*policy, top, call.caller));
  }
  Json nodes = Json::array();
  for (const EffectiveNode* node : policy->Nodes()) {
    if (!IsAtOrBelow(node->name, top)) continue;
    const ACCESS_MASK granted = policy->Granted(*node, call.caller);
    if ((granted & (kSee | kManage)) == 0) continue;
    const auto parent = ParentOf(node->name);
    nodes.push_back(MakeObject({{"node", node->name},
                                {"parent", parent ? Json(*parent) : Json(nullptr)},
                                {"default", node->is_default},
                                {"protected", node->own.is_protected},
                                {"registered", node->is_registered},
                                {"sddl", ToSddl(node->own)},
                                {"may", RightsWords(node->name, granted)}}));
  }
  // What is wrong names nodes that only those who see the root may know of.
  const bool knows_all = RequireVisible(*policy, kRootNode, call.caller).ok();
  const std::string fault = access.fault();
  return MakeObject({{"version", policy->version()},
                     {"source", Word(access.source())},
                     {"fault", knows_all && !fault.empty() ? Json(fault) : Json(nullptr)},
                     {"nodes", std::move(nodes)}});
}

Json ListSchema() {
  return Object(
      {{"version", Integer("goes up with every change")},
       {"source", Text("file, default (there is none), lastGood or administratorsOnly (it is wrong)")},
       {"fault", OrNull(Text("why the access.json that is there is not used; for who may see the root"))},
       {"nodes", ListOf(Object({{"node", Text("")},
                                {"parent", OrNull(Text("from which it inherits"))},
                                {"default", Boolean("nobody has set it")},
                                {"protected", Boolean("inherits nothing")},
                                {"registered", Boolean("there is such a method or namespace now")},
                                {"sddl", Text("its own entries")},
                                {"may", ListOf(Text("a right the caller has there"))}}),
                        "those that the caller may see")}});
}

MethodResult Show(AccessControl& access, AccountNames& names, const Call& call) {
  const auto policy = access.policy();
  ONBEHALF_TRY(const auto& visible, RequireVisible(*policy, TextOf(call, "node"), call.caller));
  const EffectiveNode& node = *visible;
  const Answer answer(names, call);
  Json entries = Json::array();
  for (const EffectiveEntry& each : node.entries)
    entries.push_back(answer.Entry(node, each.node, each.entry));
  return MakeObject({{"version", policy->version()},
                     {"node", node.name},
                     {"default", node.is_default},
                     {"protected", node.own.is_protected},
                     {"sddl", ToSddl(node.own)},
                     {"entries", std::move(entries)}});
}

Json EntrySchema() {
  return Object({{"type", Text("allow or deny")},
                 {"rights", RightsSchema()},
                 {"mask", Integer("the access mask")},
                 {"account", AccountSchema("")},
                 {"sddl", Text("")},
                 {"from", Text("the node where it stands; empty: it always holds")},
                 {"inherited", Boolean("")}});
}

Json ShowSchema() {
  return Object({{"version", Integer("")},
                 {"node", Text("")},
                 {"default", Boolean("nobody has set it")},
                 {"protected", Boolean("inherits nothing")},
                 {"sddl", Text("its own entries")},
                 {"entries", ListOf(EntrySchema(), "in the order in which Windows looks at them")}});
}

// A right at a node that the caller may see.
struct Asked {
  const EffectiveNode& node;
  ACCESS_MASK right;
};

Result<Asked> AskedFrom(const AccessPolicy& policy, const Call& call) {
  const std::string name = TextOf(call, "node");
  ONBEHALF_TRY(const auto& right, RightFrom(name, OptionalText(call, "right").value_or("call")));
  ONBEHALF_TRY(const auto& visible, RequireVisible(policy, name, call.caller));
  return Asked{*visible, right};
}

MethodResult Check(AccessControl& access, AccountNames& names, const Call& call) {
  const auto policy = access.policy();
  ONBEHALF_TRY(const auto& asked, AskedFrom(*policy, call));
  const auto& [node, mask] = asked;
  const Answer answer(names, call);
  Json result = MakeObject({{"node", node.name}, {"right", RightsWords(node.name, mask).front()}});

  const auto other = OptionalText(call, "account");
  if (!other) {
    result["allowed"] = (policy->Granted(node, call.caller) & mask) == mask;
    result["account"] = answer.Account(call.caller.user());
    result["approximate"] = false;
    result["note"] = "";
    return result;
  }
  if (auto refusal = RequireManager(*policy, node.name, call.caller)) return *refusal;
  ONBEHALF_TRY(const auto& account, AccountFrom(*other, names));
  const Sid& sid = account;
  const ACCESS_MASK granted = win32::AccessOfAccount(policy->Descriptor(node), sid) & kAllRights;
  result["allowed"] = (granted & mask) == mask;
  result["account"] = answer.Account(sid);
  result["approximate"] = true;
  result["note"] =
      "Worked out from the account's groups without a logon: groups that depend on how somebody logs on (interactive, "
      "network, elevation) are not known before.";
  return result;
}

Json CheckSchema() {
  return Object({{"node", Text("")},
                 {"right", Text("")},
                 {"allowed", Boolean("")},
                 {"account", AccountSchema("")},
                 {"approximate", Boolean("worked out without a token of the account")},
                 {"note", Text("what the answer leaves out; may be empty")}});
}

// What to type to get the other answer.
std::string Advice(const Explanation& explanation, const EffectiveNode& node, ACCESS_MASK right,
                   const Sid& caller, AccountNames& names) {
  const std::string word(RightsWords(node.name, right).front());
  const auto command = [&](const char* verb, const Sid& account, std::string_view at) {
    return std::string("onbehalf access ") + verb + " " + Argument(account, names) + " " + std::string(at) +
           " " + word;
  };
  if (!explanation.deciding) return explanation.allowed ? "" : command("grant", caller, node.name);
  const ExplainedEntry& decided = explanation.entries.at(*explanation.deciding);
  // What always holds cannot be changed.
  if (decided.node.empty()) return "";
  if (decided.entry.denies()) return command("revoke", decided.entry.sid, decided.node) + " --deny";
  // An entry for others as well, or for more than this node, is not to be taken away for one's sake.
  const bool is_for_this_alone = decided.entry.sid == caller && decided.node == node.name;
  return is_for_this_alone ? command("revoke", caller, node.name) + " --allow"
                           : command("deny", caller, node.name);
}

MethodResult ExplainTo(AccessControl& access, AccountNames& names, const Call& call) {
  const auto policy = access.policy();
  ONBEHALF_TRY(const auto& asked, AskedFrom(*policy, call));
  const auto& [node, mask] = asked;

  const Answer answer(names, call);
  const Explanation explanation = Explain(*policy, node, call.caller, mask);
  Json entries = Json::array();
  for (const ExplainedEntry& each : explanation.entries) {
    Json entry = answer.Entry(node, each.node, each.entry);
    entry["step"] = Word(each.step);
    entry["via"] = nullptr;
    if (each.via) {
      Json via = answer.Account(*each.via);
      via["kind"] = each.via_is_user ? "user" : "group";
      via["enabled"] = each.via_enabled;
      via["denyOnly"] = each.via_deny_only;
      entry["via"] = std::move(via);
    }
    entries.push_back(std::move(entry));
  }
  return MakeObject({{"node", node.name},
                     {"right", RightsWords(node.name, mask).front()},
                     {"allowed", explanation.allowed},
                     {"account", answer.Account(call.caller.user())},
                     {"version", policy->version()},
                     {"entries", std::move(entries)},
                     {"deciding", explanation.deciding ? Json(*explanation.deciding) : Json(nullptr)},
                     {"note", explanation.note},
                     {"advice", Advice(explanation, node, mask, call.caller.user(), names)}});
}

Json ExplainSchema() {
  Json entry = EntrySchema();
  const auto add = [&entry](const char* name, Json schema) {
    entry["properties"][name] = std::move(schema);
    entry["required"].push_back(name);
  };
  add("step", Text("noMatch, notAsked, allows, decides, denies, denyOnly or notReached"));
  add("via", OrNull(Object({{"sid", Text("of the caller's token")},
                            {"name", OrNull(Text(""))},
                            {"kind", Text("user or group")},
                            {"enabled", Boolean("")},
                            {"denyOnly", Boolean("it counts for deny entries only")}})));
  return Object({{"node", Text("")},
                 {"right", Text("")},
                 {"allowed", Boolean("what Windows says")},
                 {"account", AccountSchema("")},
                 {"version", Integer("")},
                 {"entries", ListOf(entry, "in the order in which Windows looks at them")},
                 {"deciding", OrNull(Integer("index in entries; null: none did"))},
                 {"note", Text("what else decided; may be empty")},
                 {"advice", Text("the command that would change the answer; empty: none can")}});
}

// ---- Changing ----

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

// ---- Versions ----

MethodResult History(AccessControl& access, const Call& call) {
  const auto policy = access.policy();
  const auto visible = RequireVisible(*policy, kRootNode, call.caller);
  if (!visible.ok()) return ToError(ErrorCode::kAccessDenied);
  // Newest first.
  std::vector<PolicyVersion> kept = access.History();
  const std::uint64_t current = policy->version();
  const auto place = std::find_if(kept.begin(), kept.end(),
                                  [&](const PolicyVersion& version) { return version.version <= current; });
  if (place == kept.end() || place->version != current) {
    kept.insert(place, {current, policy->document().changed, policy->document().changed_by});
  }
  Json versions = Json::array();
  for (const PolicyVersion& version : kept) {
    versions.push_back(MakeObject({{"version", version.version},
                                   {"changed", version.changed},
                                   {"changedBy", version.changed_by},
                                   {"current", version.version == current}}));
  }
  return MakeObject({{"version", current}, {"versions", std::move(versions)}});
}

Json HistorySchema() {
  return Object({{"version", Integer("the one in force")},
                 {"versions", ListOf(Object({{"version", Integer("")},
                                             {"changed", Text("UTC; empty: the built-in default")},
                                             {"changedBy", Text("")},
                                             {"current", Boolean("")}}),
                                     "newest first")}});
}

Result<PolicyDocument> VersionFrom(const AccessControl& access, const char* name, std::uint64_t version) {
  if (auto document = access.Version(version)) return *std::move(document);
  return InvalidParams(std::string(name) + ": version " + std::to_string(version) +
                       " is not kept (any more)");
}

MethodResult Diff(AccessControl& access, const Call& call) {
  const auto policy = access.policy();
  const auto visible = RequireVisible(*policy, kRootNode, call.caller);
  if (!visible.ok()) return ToError(ErrorCode::kAccessDenied);
  const auto from = call.params.at("from").get<std::uint64_t>();
  const auto to = call.params.contains("to") ? call.params.at("to").get<std::uint64_t>() : policy->version();
  ONBEHALF_TRY(const auto& before, VersionFrom(access, "from", from));
  ONBEHALF_TRY(const auto& after, VersionFrom(access, "to", to));
  std::vector<NodeChange> changes = Differences(before, after);
  std::erase_if(changes, [&](const NodeChange& change) {
    return !RequireVisible(*policy, change.node, call.caller).ok() && policy->Find(change.node) != nullptr;
  });
  return MakeObject({{"from", from}, {"to", to}, {"nodes", NodesJson(changes)}});
}

MethodResult Rollback(AccessControl& access, const Call& call) {
  const auto to = call.params.at("to").get<std::uint64_t>();
  const PolicyRequest request = RequestOf(call);
  const auto done =
      access.Change(request, [&](PolicyDocument& document, const AccessPolicy& now) -> std::optional<Error> {
        // Who does not manage the root learns nothing of what is kept.
        if (auto refusal = RequireManager(now, kRootNode, call.caller)) return refusal;
        ONBEHALF_TRY(auto&& target, VersionFrom(access, "to", to));
        document.nodes = std::move(target.nodes);
        return std::nullopt;
      });
  if (!done.ok()) return done.error();
  const PolicyChange& change = *done;
  return MakeObject({{"version", change.version},
                     {"changed", change.changed},
                     {"dryRun", request.dry_run},
                     {"nodes", NodesJson(change.nodes)}});
}

}  // namespace

void AddAccessMethods(MethodRegistry& registry, AccessControl& access, std::shared_ptr<AccountNames> names) {
  const auto add = [&](std::string name, std::string summary, std::vector<Parameter> parameters, Json result,
                       std::function<MethodResult(const Call&)> handler) {
    Method method;
    method.name = std::move(name);
    method.summary = std::move(summary);
    method.parameters = std::move(parameters);
    method.result_schema = std::move(result);
    method.access_default = kForAuthenticatedUsers;
    method.acts = Acts::kAsService;
    // Names are looked up and files are written.
    method.pace = Pace::kMayBlock;
    // The audit and access.json are written, which have to be whole.
    method.interruptible = false;
    method.handler = std::move(handler);
    registry.Add(std::move(method));
  };
  const Json version = IntegerFrom(0);

  add("access.list", "Lists the nodes of the policy that the caller may see.",
      {NodeParameter(false, "This node and those below it; without it all.")}, ListSchema(),
      [&access](const Call& call) { return List(access, call); });
  add("access.show", "Shows who may do what at a node, with what it inherits.",
      {NodeParameter(true, "/, pipe:, a namespace or a method.")}, ShowSchema(),
      [&access, names](const Call& call) { return Show(access, *names, call); });
  add("access.check", "Says whether the caller, or for managers another account, has a right at a node.",
      {NodeParameter(true, ""), RightParameter(), AccountParameter(false, "Without it the caller.")},
      CheckSchema(), [&access, names](const Call& call) { return Check(access, *names, call); });
  add("access.explain", "Says which entry gives or refuses the caller a right, and what would change that.",
      {NodeParameter(true, ""), RightParameter()}, ExplainSchema(),
      [&access, names](const Call& call) { return ExplainTo(access, *names, call); });
  const std::vector<Parameter> entry = {
      AccountParameter(true, "DOMAIN\\name, name@domain, a SID or an SDDL alias."), NodeParameter(true, ""),
      RightsParameter(true, "call (at pipe: connect), see, manage."), kDryRun, kIfVersion};
  add("access.grant", "Gives an account rights at a node.", entry, ChangedSchema(),
      [&access, names](const Call& call) { return Add(access, *names, call, ACCESS_ALLOWED_ACE_TYPE); });
  add("access.deny", "Denies an account rights at a node.", entry, ChangedSchema(),
      [&access, names](const Call& call) { return Add(access, *names, call, ACCESS_DENIED_ACE_TYPE); });
  add("access.revoke", "Takes an account's entries at a node away.",
      {AccountParameter(true, ""),
       NodeParameter(true, ""),
       RightsParameter(false, "Without it all."),
       {"type", "Only entries of this type; without it both.", OneOf({"allow", "deny"}), false, true},
       kDryRun,
       kIfVersion},
      ChangedSchema(), [&access, names](const Call& call) { return Revoke(access, *names, call); });
  add("access.set", "Replaces a node's own entries.",
      {NodeParameter(true, ""),
       {"sddl",
        "A DACL of plain allow and deny entries (D:P: nothing is inherited); null: back to the default.",
        OrNull(TextOfLength(0, kSddlCharacters)), true, true},
       kDryRun,
       kIfVersion},
      ChangedSchema(), [&access, names](const Call& call) { return Set(access, *names, call); });
  add("access.history", "Lists the versions of the policy that are kept.", {}, HistorySchema(),
      [&access](const Call& call) { return History(access, call); });
  add("access.diff", "Compares two versions of the policy.",
      {{"from", "", version, true, true}, {"to", "Without it the one in force.", version, false, true}},
      Object({{"from", Integer("")}, {"to", Integer("")}, {"nodes", NodesSchema()}}),
      [&access](const Call& call) { return Diff(access, call); });
  add("access.rollback", "Makes an older version of the policy the one in force again, as a new version.",
      {{"to", "0: the built-in default.", version, true, true}, kDryRun, kIfVersion},
      Object({{"version", Integer("")},
              {"changed", Boolean("")},
              {"dryRun", Boolean("")},
              {"nodes", NodesSchema()}}),
      [&access](const Call& call) { return Rollback(access, call); });
}

}  // namespace onbehalf::service
