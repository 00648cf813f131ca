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

// Who asks for a change, and how.
struct PolicyRequest {
  const CallerIdentity& caller;
  std::string_view request_id;
  bool dry_run = false;                     // everything is checked, nothing is changed
  std::optional<std::uint64_t> if_version;  // refused with PolicyConflict at any other version
  std::stop_token stop;  // nothing is changed once it is set; a change that has begun is finished
};

struct PolicyChange {
  std::uint64_t version = 0;  // after the change; of a dry run: now
  bool changed = false;       // the policy is, or would be, another
  std::vector<NodeChange> nodes;
  std::vector<std::string> warnings;
};

// The policy in force, and the only way to another one: a change that a caller asks for, or a file that
// somebody has put in place of access.json. Changes are made one after the other; a request sees the policy
// of the moment and keeps it. Any thread, except Start, Follow and Stop.
class AccessControl {
 public:
  // Everything given must outlive this. `methods` must not change any more after Start.
  AccessControl(const MethodRegistry& methods, std::filesystem::path policy_folder, Audit& audit, Log& log,
                std::shared_ptr<win32::AccountNames> names);
  ~AccessControl();
  AccessControl(const AccessControl&) = delete;
  AccessControl& operator=(const AccessControl&) = delete;

  // Takes the policy from its file. A wrong one does not keep the service from starting: then the last good copy is in
  // force, or administrators only, and log and event log say so. May be called again after Stop.
  void Start();
  // From now on a policy that somebody puts in place of access.json is taken up. Throws PolicyInUse and win32::Win32Error
  // when the folder cannot be watched.
  void Follow();
  // The policy stays in force and can no longer be changed. No other call may be under way.
  void Stop();

  // One at a time, on whatever thread; to be set before Start.
  struct Observer {
    // Asked before a policy takes effect: a sentence that says why it cannot, or nothing.
    std::function<std::optional<std::string>(const AccessPolicy&)> refuses = {};
    // What of it could not be done, in a sentence, or "".
    std::function<std::string(const AccessPolicy&)> took_effect = {};
    // An access.json that somebody has put there is not used.
    std::function<void(const std::string& why)> refused_file = {};
  };
  void Observe(Observer observer) { observer_ = std::move(observer); }

  std::shared_ptr<const AccessPolicy> policy() const;
  PolicyStore::Loaded::Source source() const;
  // Why the access.json that is there now is not used; empty: it is, or there is none.
  std::string fault() const;
  std::vector<PolicyVersion> History() const { return store_->History(); }
  std::optional<PolicyDocument> Version(std::uint64_t version) const;

  // Changes the document and says what is wrong with the request, or nothing. Called with changes locked out.
  using Edit = std::function<std::optional<protocol::Error>(PolicyDocument&, const AccessPolicy& now)>;
  // Makes the change whole or not at all: the caller must manage every node whose own entries change, and
  // must hold what anybody gains by it, at each node where they gain it. Refusals are AccessDenied,
  // InvalidParams (a document that would have faults), PolicyConflict and AuditUnavailable. Throws
  // win32::Win32Error when the file cannot be written.
  Result<PolicyChange> Change(const PolicyRequest& request, const Edit& edit);

 private:
  std::optional<protocol::Error> RefuseAnyChange(const PolicyRequest& request, const AccessPolicy& now) const;
  std::optional<protocol::Error> RefusePolicy(const AccessPolicy& next, const AccessPolicy& now,
                                              const CallerIdentity& caller) const;
  std::optional<protocol::Error> Store(const PolicyDocument& next, const PolicyRequest& request,
                                       const std::vector<NodeChange>& nodes);
  void RecordWithdrawn(const PolicyRequest& request, std::uint64_t version);
  void Reload();
  // What the observer could not do of it.
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
  std::unique_ptr<PolicyStore> store_;  // from Start to Stop
  Observer observer_;

  win32::Lock changing_;  // held for a whole change, its file included
  mutable win32::Lock mutex_;
  std::shared_ptr<const AccessPolicy> policy_;  // under mutex_
  PolicyStore::Loaded::Source source_ = PolicyStore::Loaded::Source::kDefault;
  std::string fault_;
  // The file is good and was refused by the observer, so that the store does not know of it. Under changing_.
  bool observer_refused_file_ = false;
};

// Nothing if the caller may change this node (manage), else AccessDenied; or, for who may not even see it,
// what a node is answered with that there is not. Throws win32::Win32Error when the check itself fails.
std::optional<protocol::Error> RequireManager(const AccessPolicy& policy, std::string_view node,
                                              const CallerIdentity& caller);
// The node, if there is one and the caller may see it, else InvalidParams: it tells nobody which of the two
// it was.
Result<const EffectiveNode*> RequireVisible(const AccessPolicy& policy, std::string_view node,
                                            const CallerIdentity& caller);

}  // namespace onbehalf::service
