#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "access/access_policy.h"
#include "access/policy_difference.h"
#include "access/policy_document.h"
#include "access/policy_store.h"
#include "audit/audit.h"
#include "log/log.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/win32/account_names.h"
#include "onbehalf/win32/lock.h"

namespace onbehalf::service {

// Who requests a change, and how.
struct PolicyRequest {
  const CallerIdentity& caller;
  std::string_view request_id;
  bool dry_run = false;                     // check everything, change nothing
  std::optional<std::uint64_t> if_version;  // refused with PolicyConflict unless this is the current version
  std::stop_token stop;                     // once set, no change begins; one that has begun is completed
};

struct PolicyChange {
  std::uint64_t version = 0;  // after the change; for a dry run the current one
  bool changed = false;       // the policy differs from before, or would
  std::vector<NodeChange> nodes;
  std::vector<std::string> warnings;
};

// The policy in force, and the only way to change it: a caller's request, or a file that somebody put in place of access.json.
// Changes are serialized; a request works with the policy that was in force when it began. Any thread, except Start, Follow and
// Stop.
class AccessControl {
 public:
  // All arguments must outlive this. `methods` must not change after Start. `app_packages`: see AccessPolicy::Compile.
  AccessControl(const MethodRegistry& methods, std::filesystem::path policy_folder, Audit& audit, Log& log,
                std::shared_ptr<win32::AccountNames> names, std::vector<win32::Sid> app_packages = {});
  ~AccessControl();
  AccessControl(const AccessControl&) = delete;
  AccessControl& operator=(const AccessControl&) = delete;

  // Loads the policy from its file. An invalid file does not keep the service from starting: the last good copy, or
  // administrators only, is in force then, and the log and the event log report it. May be called again after Stop.
  void Start();
  // From now on a policy that is put in place of access.json is loaded. Throws PolicyInUse, and win32::Win32Error if the folder
  // cannot be watched.
  void Follow();
  // The policy stays in force but can no longer be changed. No other call may be in progress.
  void Stop();

  // Called one at a time, on any thread; must be set before Start.
  struct Observer {
    // Called before a policy takes effect: returns a sentence that says why it cannot, or nullopt.
    std::function<std::optional<std::string>(const AccessPolicy&)> refuses = {};
    // Returns a sentence about what could not be done, or "".
    std::function<std::string(const AccessPolicy&)> took_effect = {};
    // An access.json that was put in place is not used.
    std::function<void(const std::string& why)> refused_file = {};
  };
  void Observe(Observer observer) { observer_ = std::move(observer); }

  std::shared_ptr<const AccessPolicy> policy() const;
  PolicyStore::Loaded::Source source() const;
  // Why the current access.json is not used; empty if it is used or does not exist.
  std::string fault() const;
  std::vector<PolicyVersion> History() const { return store_->History(); }
  std::optional<PolicyDocument> Version(std::uint64_t version) const;

  // Changes the document, or returns what is wrong with the request. Called under the lock for changes.
  using Edit = std::function<std::optional<protocol::Error>(PolicyDocument&, const AccessPolicy& now)>;
  // Makes the whole change or none of it: the caller must manage every node whose own entries change, and must hold every right
  // that anybody gains, at each node where they gain it. Refusals are AccessDenied, InvalidParams (a document that would have
  // faults), PolicyConflict and AuditUnavailable. Throws win32::Win32Error if the file cannot be written.
  Result<PolicyChange> Change(const PolicyRequest& request, const Edit& edit);

 private:
  std::optional<protocol::Error> RefuseAnyChange(const PolicyRequest& request, const AccessPolicy& now) const;
  std::optional<protocol::Error> RefusePolicy(const AccessPolicy& next, const AccessPolicy& now,
                                              const CallerIdentity& caller) const;
  std::optional<protocol::Error> Store(const PolicyDocument& next, const PolicyRequest& request,
                                       const std::vector<NodeChange>& nodes);
  void RecordWithdrawn(const PolicyRequest& request, std::uint64_t version);
  void Reload();
  // Returns what the observer could not do.
  std::string Publish(std::shared_ptr<const AccessPolicy> policy, PolicyStore::Loaded::Source source,
                      std::string fault = {});
  void RecordOutsideChange(const PolicyDocument& before, const PolicyDocument& after);
  void RememberFile(const PolicyDocument& document);
  std::shared_ptr<const AccessPolicy> Compiled(const PolicyDocument& document) const;
  void LogWarnings(const std::vector<PolicyFault>& warnings);
  void RefuseFile(const std::string& why, const char* instead);
  std::optional<std::string> NameOf(const win32::Sid& sid) const;

  const MethodRegistry& methods_;
  Audit& audit_;
  Log& log_;
  const std::shared_ptr<win32::AccountNames> names_;
  const std::filesystem::path folder_;
  const std::vector<win32::Sid> app_packages_;
  std::unique_ptr<PolicyStore> store_;  // from Start to Stop
  Observer observer_;

  win32::Lock changing_;  // held for a whole change, including its file
  mutable win32::Lock mutex_;
  std::shared_ptr<const AccessPolicy> policy_;  // under mutex_
  PolicyStore::Loaded::Source source_ = PolicyStore::Loaded::Source::kDefault;
  std::string fault_;
  // The file is valid but the observer refused it, so the store does not know of the refusal. Under changing_.
  bool observer_refused_file_ = false;
};

// nullopt if the caller may change this node (manage), else AccessDenied; if the caller may not even see it, the error for a
// node that does not exist. Throws win32::Win32Error when the check itself fails.
std::optional<protocol::Error> RequireManager(const AccessPolicy& policy, std::string_view node,
                                              const CallerIdentity& caller);
// The node, if it exists and the caller may see it, else InvalidParams, which does not reveal which of the two failed.
Result<const EffectiveNode*> RequireVisible(const AccessPolicy& policy, std::string_view node,
                                            const CallerIdentity& caller);

}  // namespace onbehalf::service
