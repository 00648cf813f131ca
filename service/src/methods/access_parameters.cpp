#include "methods/access_parameters.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "access/access_rights.h"
#include "access/node_name.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using protocol::InvalidParams;
using protocol::MakeObject;
using win32::AccountNames;
using win32::Sid;

// DOMAIN\name, a SID or an alias; Windows' own limits on names are below it.
constexpr std::size_t kAccountCharacters = 512;
constexpr std::size_t kNodeCharacters = 256;
// A service's SID is computed from its name, and no system has to know it.
bool IsServiceSid(const Sid& sid) { return sid.ToString().starts_with("S-1-5-80-"); }

}  // namespace

Parameter NodeParameter(bool required, std::string summary) {
  return {"node", std::move(summary), TextOfLength(1, kNodeCharacters), required, true};
}
Parameter AccountParameter(bool required, std::string summary) {
  return {"account", std::move(summary), TextOfLength(1, kAccountCharacters), required, true};
}
Parameter RightsParameter(bool required, std::string summary) {
  return {"rights", std::move(summary), ListOf(Text("")), required, true};
}
Parameter DryRunParameter() {
  return {"dryRun", "Checks everything and changes nothing.", Boolean(""), false, true};
}
Parameter IfVersionParameter() {
  return {"version", "The change is made only if the policy is at this version.", IntegerFrom(0), false,
          true};
}

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
  return InvalidParams("rights: '" + std::string(word) + "' must be one of " + usual + ", see, manage");
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

Result<Sid> AccountFrom(const std::string& text, AccountNames& names) {
  if (const auto sid = Sid::FromString(text)) return *sid;
  if (const auto sid = names.FindSid(text)) return *sid;
  return InvalidParams("account: Windows knows no account called '" + text + "'");
}

bool Exists(const Sid& sid, AccountNames& names) { return IsServiceSid(sid) || names.Find(sid).has_value(); }

Json OrNullText(const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); }

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

}  // namespace onbehalf::service
