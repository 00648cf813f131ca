#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "access/node_name.h"
#include "methods/access_method_groups.h"
#include "methods/access_parameters.h"
#include "methods_model/request_error.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using protocol::ErrorCode;
using protocol::InvalidParams;
using win32::AccountNames;

// AccessDenied unless the caller may see the root, whose versions these are.
std::optional<Error> RefuseHistory(const AccessPolicy& policy, const Call& call) {
  if (RequireVisible(policy, kRootNode, call.caller).ok()) return std::nullopt;
  return ToError(ErrorCode::kAccessDenied);
}

// ---- access.history ----

struct KeptVersion {
  std::uint64_t version;
  std::string changed;
  std::string changed_by;
  bool current;

  KeptVersion(PolicyVersion&& kept, std::uint64_t current_version)
      : version(kept.version),
        changed(std::move(kept.changed)),
        changed_by(std::move(kept.changed_by)),
        current(kept.version == current_version) {}

  static constexpr auto Describe() {
    return std::array{Required<&KeptVersion::version>("version", ""),
                      Required<&KeptVersion::changed>("changed", "UTC; empty: the built-in default"),
                      Required<&KeptVersion::changed_by>("changedBy", ""),
                      Required<&KeptVersion::current>("current", "")};
  }
};

struct HistoryResult {
  std::uint64_t version;
  std::vector<KeptVersion> versions;

  static constexpr auto Describe() {
    return std::array{Required<&HistoryResult::version>("version", "the current version"),
                      Required<&HistoryResult::versions>("versions", "newest first")};
  }
};

Result<HistoryResult> History(AccessControl& access, AccountNames&, const Nothing&, const Call& call) {
  const auto policy = access.policy();
  if (auto refusal = RefuseHistory(*policy, call)) return *std::move(refusal);
  // Newest first.
  std::vector<PolicyVersion> kept = access.History();
  const std::uint64_t current = policy->version();
  const auto place = std::find_if(kept.begin(), kept.end(),
                                  [&](const PolicyVersion& version) { return version.version <= current; });
  if (place == kept.end() || place->version != current) {
    kept.insert(place, {current, policy->document().changed, policy->document().changed_by});
  }
  HistoryResult result{current, {}};
  for (PolicyVersion& each : kept) result.versions.emplace_back(std::move(each), current);
  return result;
}

// ---- access.diff ----

Result<PolicyDocument> VersionFrom(const AccessControl& access, const char* name, std::uint64_t version) {
  if (auto document = access.Version(version)) return *std::move(document);
  return InvalidParams(std::string(name) + ": version " + std::to_string(version) +
                       " is not kept (any more)");
}

struct DiffParams {
  std::uint64_t from = 0;
  std::optional<std::uint64_t> to;

  static constexpr auto Describe() {
    return std::array{Required<&DiffParams::from>("from", "").Audited(),
                      Optional<&DiffParams::to>("to", "The current version if omitted.").NotNull().Audited()};
  }
};

struct Difference {
  std::uint64_t from;
  std::uint64_t to;
  std::vector<ChangedNode> nodes;

  static constexpr auto Describe() {
    return std::array{Required<&Difference::from>("from", ""), Required<&Difference::to>("to", ""),
                      Required<&Difference::nodes>("nodes", "")};
  }
};

Result<Difference> Diff(AccessControl& access, AccountNames&, const DiffParams& params, const Call& call) {
  const auto policy = access.policy();
  if (auto refusal = RefuseHistory(*policy, call)) return *std::move(refusal);
  const std::uint64_t to = params.to.value_or(policy->version());
  ONBEHALF_TRY(const auto& before, VersionFrom(access, "from", params.from));
  ONBEHALF_TRY(const auto& after, VersionFrom(access, "to", to));
  std::vector<NodeChange> changes = Differences(before, after);
  std::erase_if(changes, [&](const NodeChange& change) {
    return !RequireVisible(*policy, change.node, call.caller).ok() && policy->Find(change.node) != nullptr;
  });
  return Difference{params.from, to, ChangedNodes(std::move(changes))};
}

// ---- access.rollback ----

struct RollbackParams : ChangeParams {
  std::uint64_t to = 0;

  static constexpr auto Describe() {
    return Join(std::array{Required<&RollbackParams::to>("to", "0: the built-in default.").Audited()},
                FieldsIn<RollbackParams>());
  }
};

struct RolledBack {
  std::uint64_t version;
  bool changed;
  bool dry_run;
  std::vector<ChangedNode> nodes;

  static constexpr auto Describe() {
    return std::array{
        Required<&RolledBack::version>("version", ""), Required<&RolledBack::changed>("changed", ""),
        Required<&RolledBack::dry_run>("dryRun", ""), Required<&RolledBack::nodes>("nodes", "")};
  }
};

Result<RolledBack> Rollback(AccessControl& access, AccountNames&, const RollbackParams& params,
                            const Call& call) {
  const AccessControl::Edit edit = [&](PolicyDocument& document,
                                       const AccessPolicy& now) -> std::optional<Error> {
    // Only managers of the root may learn which versions are kept.
    if (auto refusal = RequireManager(now, kRootNode, call.caller)) return refusal;
    ONBEHALF_TRY(auto&& target, VersionFrom(access, "to", params.to));
    document.nodes = std::move(target.nodes);
    return std::nullopt;
  };
  ONBEHALF_TRY(auto&& change, access.Change(RequestOf(call, params), edit));
  return RolledBack{change.version, change.changed, params.dry_run, ChangedNodes(std::move(change.nodes))};
}

}  // namespace

void AddAccessVersions(AccessMethods& methods) {
  methods.Add("access.history", "Lists the versions of the policy that are kept.", History);
  methods.Add("access.diff", "Compares two versions of the policy.", Diff);
  methods.Add("access.rollback", "Makes an older version of the policy current again, as a new version.",
              Rollback);
}

}  // namespace onbehalf::service
