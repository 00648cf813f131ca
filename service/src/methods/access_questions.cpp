#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "access/access_rights.h"
#include "access/explanation.h"
#include "access/node_name.h"
#include "access/node_sddl.h"
#include "methods/access_method_groups.h"
#include "methods/access_parameters.h"
#include "methods/account_json.h"
#include "onbehalf/win32/account_access.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using protocol::MakeObject;
using win32::AccessEntry;
using win32::AccountNames;
using win32::Sid;

Parameter RightParameter() {
  return {"right", "call (the default; at pipe: connect), see or manage.", Text(""), false, true};
}
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

}  // namespace

void AddAccessQuestions(const AddAccessMethod& add, AccessControl& access,
                        std::shared_ptr<AccountNames> names) {
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
}

}  // namespace onbehalf::service
