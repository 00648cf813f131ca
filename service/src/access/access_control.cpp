#include "access/access_control.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

#include "access/access_rights.h"
#include "access/node_defaults.h"
#include "access/node_name.h"
#include "access/policy_checks.h"
#include "log/event_log.h"
#include "methods_model/request_error.h"
#include "onbehalf/protocol/json_object.h"
#include "text/utc_time.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using protocol::ErrorCode;
using protocol::Json;
using Source = PolicyStore::Loaded::Source;

Error Refusal(ErrorCode code, std::string message, Json data = nullptr) {
  Error error = ToError(code);
  error.message = std::move(message);
  error.data = std::move(data);
  return error;
}

Error Conflict(std::uint64_t version) {
  return Refusal(
      ErrorCode::kPolicyConflict,
      "The policy was changed in the meantime; it is now at version " + std::to_string(version) + ".",
      protocol::MakeObject({{"version", version}}));
}

Error ToError(const std::vector<PolicyFault>& faults) {
  Json list = Json::array();
  for (const PolicyFault& fault : faults) {
    list.push_back(
        protocol::MakeObject({{"node", fault.node}, {"entry", fault.entry}, {"message", fault.message}}));
  }
  return Refusal(ErrorCode::kInvalidParams, Describe(faults),
                 protocol::MakeObject({{"faults", std::move(list)}}));
}

std::string Now() { return UtcText(std::chrono::system_clock::now(), UtcText::Fraction::kNone).ToString(); }

// Exempt from "cannot grant more than you hold": administrators who manage the root. They could reset the whole policy
// (--reset-access), and an administrator who denied a group of their own could not undo it otherwise.
bool MayGrantAnything(const AccessPolicy& policy, const CallerIdentity& caller) {
  if (!policy.IsAdministrator(caller)) return false;
  return caller.user() == win32::Sid::FromWellKnown(WinLocalSystemSid) ||
         caller.token().IsMember(win32::Sid::FromWellKnown(WinBuiltinAdministratorsSid));
}

// The node, or the nearest existing one above it.
const EffectiveNode& NearestNode(const AccessPolicy& policy, std::string_view name) {
  for (std::optional<std::string_view> at = name; at; at = ParentOf(*at)) {
    if (const EffectiveNode* const node = policy.Find(*at)) return *node;
  }
  return *policy.Find(kRootNode);
}

// The newest version of the history, or the built-in policy.
PolicyDocument LastVersion(PolicyStore& store) {
  for (const PolicyVersion& version : store.History()) {
    if (auto document = store.Find(version.version)) return *std::move(document);
  }
  return {};
}

Error CannotGrant(std::string_view node, ACCESS_MASK rights) {
  const std::string words = RightsText(node, rights);
  return Refusal(
      ErrorCode::kAccessDenied,
      "The change would give " + words + " at " + std::string(node) +
          " to others, but the caller does not hold " + words + " there.",
      protocol::MakeObject(
          {{"reason", "givesMoreThanHeld"}, {"node", node}, {"rights", RightsWords(node, rights)}}));
}

// nullopt unless somebody gains a right at a node that `caller` does not hold there.
std::optional<Error> RefuseGains(const AccessPolicy& now, const AccessPolicy& next,
                                 const CallerIdentity& caller) {
  for (const EffectiveNode* node : next.Nodes()) {
    const EffectiveNode& before = NearestNode(now, node->name);
    // Most nodes are unchanged.
    if (before.entries == node->entries) continue;
    const ACCESS_MASK gained = RightsGained(before.entries, node->entries);
    if (gained == 0) continue;
    const ACCESS_MASK missing = gained & ~now.Granted(before, caller);
    if (missing != 0) return CannotGrant(node->name, missing);
  }
  for (const EffectiveNode* node : now.Nodes()) {
    if (next.Find(node->name) != nullptr) continue;
    return Refusal(
        ErrorCode::kAccessDenied,
        node->name +
            " has no default now that would replace its entries: only an administrator may remove them.",
        protocol::MakeObject({{"reason", "givesMoreThanHeld"}, {"node", node->name}}));
  }
  return std::nullopt;
}

}  // namespace

Result<const EffectiveNode*> RequireVisible(const AccessPolicy& policy, std::string_view node,
                                            const CallerIdentity& caller) {
  const EffectiveNode* const found = policy.Find(node);
  // Unknown nodes cost as many access checks, so that they cannot be told apart by the response time.
  if (found == nullptr) policy.Granted(*policy.Find(kRootNode), caller);
  if (found != nullptr && (policy.Granted(*found, caller) & (kSee | kManage)) != 0) return found;
  return Refusal(ErrorCode::kInvalidParams, "node: there is no node " + std::string(node));
}

std::optional<Error> RequireManager(const AccessPolicy& policy, std::string_view node,
                                    const CallerIdentity& caller) {
  ONBEHALF_TRY(const auto& visible, RequireVisible(policy, node, caller));
  if ((policy.Granted(*visible, caller) & kManage) == kManage) return std::nullopt;
  return Refusal(ErrorCode::kAccessDenied,
                 "Changing " + std::string(node) + " requires the right manage there.",
                 protocol::MakeObject({{"reason", "notAManager"}, {"node", node}}));
}

AccessControl::AccessControl(const MethodRegistry& methods, std::filesystem::path policy_folder, Audit& audit,
                             Log& log, std::shared_ptr<win32::AccountNames> names,
                             std::vector<win32::Sid> app_packages)
    : methods_(methods),
      audit_(audit),
      log_(log),
      names_(std::move(names)),
      folder_(std::move(policy_folder)),
      app_packages_(std::move(app_packages)) {}

AccessControl::~AccessControl() { Stop(); }

void AccessControl::Start() {
  const std::lock_guard changing(changing_);
  store_ = std::make_unique<PolicyStore>(folder_);
  PolicyStore::Loaded loaded = store_->Load();
  constexpr const char* kAdministratorsOnly = "only administrators have access";
  std::string fault = Describe(loaded.faults);
  if (!fault.empty()) {
    RefuseFile(fault, loaded.source == Source::kLastGood ? "the last good copy of the policy is in force"
                                                         : kAdministratorsOnly);
  }
  LogWarnings(loaded.warnings);
  observer_refused_file_ = false;
  auto policy = Compiled(loaded.document);
  if (observer_.refuses && !loaded.document.administrators_only) {
    if (const auto why = observer_.refuses(*policy)) {
      RefuseFile(*why, kAdministratorsOnly);
      fault = *why;
      loaded.document = {};
      loaded.document.administrators_only = true;
      loaded.source = Source::kAdministratorsOnly;
      policy = Compiled(loaded.document);
    }
  }
  // It was put there while the service did not run. The history must keep it, in case of a later rollback to it.
  if (loaded.source == Source::kFile) {
    if (!store_->Find(loaded.document.version)) RecordOutsideChange(LastVersion(*store_), loaded.document);
    RememberFile(loaded.document);
  }
  Publish(std::move(policy), loaded.source, std::move(fault));
}

void AccessControl::Follow() {
  store_->Watch([this] { Reload(); });
}

void AccessControl::Stop() {
  // Waits for a running reload, which takes the lock for changes: must not be called under it.
  store_.reset();
}

std::shared_ptr<const AccessPolicy> AccessControl::policy() const {
  const std::lock_guard lock(mutex_);
  return policy_;
}

PolicyStore::Loaded::Source AccessControl::source() const {
  const std::lock_guard lock(mutex_);
  return source_;
}

std::string AccessControl::fault() const {
  const std::lock_guard lock(mutex_);
  return fault_;
}

std::optional<PolicyDocument> AccessControl::Version(std::uint64_t version) const {
  const auto now = policy();
  if (now && now->version() == version) return now->document();
  if (version == 0) return PolicyDocument{};
  return store_->Find(version);
}

std::shared_ptr<const AccessPolicy> AccessControl::Compiled(const PolicyDocument& document) const {
  return std::make_shared<const AccessPolicy>(AccessPolicy::Compile(document, methods_, app_packages_));
}

void AccessControl::LogWarnings(const std::vector<PolicyFault>& warnings) {
  for (const PolicyFault& warning : warnings) {
    log_.Write(LogLevel::kWarning, "access.json", {{"what", Describe(warning)}});
  }
}

std::optional<std::string> AccessControl::NameOf(const win32::Sid& sid) const {
  const auto name = names_->Find(sid);
  if (!name) return std::nullopt;
  return name->Qualified();
}

void AccessControl::RefuseFile(const std::string& why, const char* instead) {
  log_.Write(LogLevel::kError, "access.json is refused", {{"instead", instead}, {"faults", why}});
  log_.Report(Event::kPolicyRefused, {why, instead});
}

std::string AccessControl::Publish(std::shared_ptr<const AccessPolicy> policy, Source source,
                                   std::string fault) {
  {
    const std::lock_guard lock(mutex_);
    policy_ = policy;
    source_ = source;
    fault_ = std::move(fault);
  }
  return observer_.took_effect ? observer_.took_effect(*policy) : std::string();
}

void AccessControl::RecordOutsideChange(const PolicyDocument& before, const PolicyDocument& after) {
  for (const NodeChange& change : Differences(before, after)) {
    if (!audit_.Record(
            AuditPolicyChange{{}, nullptr, change.node, change.before, change.after, after.version})) {
      // The file is there: ignoring it would keep a policy that somebody has replaced. The audit's own alarm reports the missing
      // line.
      log_.Write(LogLevel::kError, "a change to access.json could not be recorded in the audit",
                 {{"node", change.node}, {"after", change.after.value_or("(default)")}});
    }
  }
}

void AccessControl::RememberFile(const PolicyDocument& document) {
  try {
    store_->Remember(document, [this](const win32::Sid& sid) { return NameOf(sid); });
  } catch (const std::exception& error) {
    // It is in force all the same.
    log_.Write(LogLevel::kError, "the policy could not be added to its history",
               {{"version", document.version}, {"what", error.what()}});
  }
}

void AccessControl::Reload() {
  const std::lock_guard changing(changing_);
  const auto now = policy();
  const auto refuse = [&](const std::string& why) {
    RefuseFile(why, "the policy is unchanged");
    {
      const std::lock_guard lock(mutex_);
      fault_ = why;
    }
    if (observer_.refused_file) observer_.refused_file(why);
  };
  try {
    PolicyReading read = store_->Read();
    observer_refused_file_ = false;
    if (!read.faults.empty()) return refuse(Describe(read.faults));
    const std::vector<NodeChange> changes = Differences(now->document(), read.document);
    const Source source = read.document.version == 0 ? Source::kDefault : Source::kFile;
    if (changes.empty() && !now->document().administrators_only) {
      const std::lock_guard lock(mutex_);
      source_ = source;
      fault_.clear();
      return;
    }
    auto next = Compiled(read.document);
    if (observer_.refuses) {
      if (const auto why = observer_.refuses(*next)) {
        observer_refused_file_ = true;
        return refuse(*why);
      }
    }
    LogWarnings(read.warnings);
    if (source == Source::kFile) RememberFile(read.document);
    RecordOutsideChange(now->document(), read.document);
    log_.Write(LogLevel::kInfo, "access.json was replaced and is in force",
               {{"version", read.document.version}, {"nodes_changed", changes.size()}});
    Publish(std::move(next), source);
  } catch (const std::exception& error) {
    refuse(error.what());
  }
}

// Refuses any change now, whatever it is.
std::optional<Error> AccessControl::RefuseAnyChange(const PolicyRequest& request,
                                                    const AccessPolicy& now) const {
  if (request.if_version && *request.if_version != now.version()) return Conflict(now.version());
  if (now.document().administrators_only) {
    return Refusal(ErrorCode::kInvalidParams,
                   "access.json cannot be read, so only administrators have access: repair the file, or stop "
                   "the service and "
                   "run onbehalf-service.exe --reset-access.");
  }

  if (observer_refused_file_) {
    return Refusal(ErrorCode::kInvalidParams,
                   "access.json was refused and is not in use; a change would overwrite it: " + fault());
  }
  return std::nullopt;
}

// Refuses `next` if it gives more than the caller holds, or if the observer refuses it.
std::optional<Error> AccessControl::RefusePolicy(const AccessPolicy& next, const AccessPolicy& now,
                                                 const CallerIdentity& caller) const {
  if (!MayGrantAnything(now, caller)) {
    if (auto refusal = RefuseGains(now, next, caller)) return refusal;
  }
  if (observer_.refuses) {
    if (const auto why = observer_.refuses(next)) return Refusal(ErrorCode::kInvalidParams, *why);
  }
  return std::nullopt;
}

void AccessControl::RecordWithdrawn(const PolicyRequest& request, std::uint64_t version) {
  if (audit_.RecordWithdrawn(request.request_id, version)) return;
  log_.Write(LogLevel::kError, "the withdrawal of a policy change could not be recorded in the audit",
             {{"request", request.request_id}, {"version", version}});
}

// Records the change and writes the file. If this refuses or throws, the policy is unchanged and the audit says so.
std::optional<Error> AccessControl::Store(const PolicyDocument& next, const PolicyRequest& request,
                                          const std::vector<NodeChange>& nodes) {
  for (const NodeChange& node : nodes) {
    const AuditPolicyChange record{request.request_id, &request.caller, node.node,
                                   node.before,        node.after,      next.version};
    if (!audit_.Record(record) && audit_.settings().required) {
      if (&node != &nodes.front()) RecordWithdrawn(request, next.version);
      return service::ToError(ErrorCode::kAuditUnavailable);
    }
  }
  try {
    store_->Write(next, [this](const win32::Sid& sid) { return NameOf(sid); });
  } catch (const PolicyConflict&) {
    RecordWithdrawn(request, next.version);
    return Refusal(ErrorCode::kPolicyConflict,
                   "access.json was replaced in the meantime; the new file takes effect in a moment.");
  } catch (...) {
    RecordWithdrawn(request, next.version);
    throw;
  }
  return std::nullopt;
}

Result<PolicyChange> AccessControl::Change(const PolicyRequest& request, const Edit& edit) {
  const std::lock_guard changing(changing_);
  const auto now = policy();
  if (auto refusal = RefuseAnyChange(request, *now)) return *std::move(refusal);

  PolicyDocument next = now->document();
  if (std::optional<Error> fault = edit(next, *now)) return *fault;
  PolicyChange change;
  change.version = now->version();
  change.nodes = Differences(now->document(), next);
  change.changed = !change.nodes.empty();
  for (const NodeChange& node : change.nodes) {
    // A node that does not exist yet may be changed by those who manage the nearest one above it.
    if (auto refusal = RequireManager(*now, NearestNode(*now, node.node).name, request.caller))
      return *refusal;
  }
  if (!change.changed) return change;

  const std::vector<PolicyFault> faults = FindFaults(next);
  if (!faults.empty()) return ToError(faults);
  next.version = store_->NextVersion();
  next.changed = Now();
  next.changed_by =
      NameOf(request.caller.user()).value_or("?") + " (" + request.caller.user().ToString() + ")";
  const auto compiled = Compiled(next);
  if (auto refusal = RefusePolicy(*compiled, *now, request.caller)) return *std::move(refusal);
  const auto warnings = FindWarnings(next, methods_);
  for (const PolicyFault& warning : warnings) {
    const auto is_new = [&](const NodeChange& node) { return node.node == warning.node; };
    if (std::any_of(change.nodes.begin(), change.nodes.end(), is_new))
      change.warnings.push_back(Describe(warning));
  }
  if (request.dry_run) return change;
  // Cancelled: the caller already has its answer.
  if (request.stop.stop_requested()) return service::ToError(ErrorCode::kRequestCancelled);

  if (auto refusal = Store(next, request, change.nodes)) return *std::move(refusal);
  change.version = next.version;
  std::string undone = Publish(compiled, Source::kFile);
  if (!undone.empty()) change.warnings.push_back(std::move(undone));
  return change;
}

}  // namespace onbehalf::service
