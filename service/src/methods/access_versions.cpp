#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "access/node_name.h"
#include "methods/access_method_groups.h"
#include "methods/access_parameters.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using protocol::ErrorCode;
using protocol::InvalidParams;
using protocol::MakeObject;

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

void AddAccessVersions(const AddAccessMethod& add, AccessControl& access) {
  const Json version = IntegerFrom(0);
  add("access.history", "Lists the versions of the policy that are kept.", {}, HistorySchema(),
      [&access](const Call& call) { return History(access, call); });
  add("access.diff", "Compares two versions of the policy.",
      {{"from", "", version, true, true}, {"to", "Without it the one in force.", version, false, true}},
      Object({{"from", Integer("")}, {"to", Integer("")}, {"nodes", NodesSchema()}}),
      [&access](const Call& call) { return Diff(access, call); });
  add("access.rollback", "Makes an older version of the policy the one in force again, as a new version.",
      {{"to", "0: the built-in default.", version, true, true}, DryRunParameter(), IfVersionParameter()},
      Object({{"version", Integer("")},
              {"changed", Boolean("")},
              {"dryRun", Boolean("")},
              {"nodes", NodesSchema()}}),
      [&access](const Call& call) { return Rollback(access, call); });
}

}  // namespace onbehalf::service
