#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "access/access_policy.h"
#include "audit/audit.h"
#include "log/log.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/service/method.h"
#include "requests/account_quota.h"
#include "requests/method_limits.h"
#include "requests/running_request.h"

namespace onbehalf::service {

// The inputs of admission besides the request and the policy. Everything here outlives every request.
struct AdmissionParts {
  const MethodRegistry& methods;
  const std::atomic<bool>& stopping;
  AccountQuota& handler_quota;
  AccountQuota& stream_quota;
  MethodLimits& method_limits;
  Log& log;
};

// The decision about a request.
struct Admission {
  // The error to answer with; nullopt: admitted.
  std::optional<protocol::Error> refusal;
  // For the audit: see AuditDecision.
  AuditVerdict verdict = AuditVerdict::kRefused;
  std::string_view node;
  std::string entry;
  // In force from here on, also while the request waits for a place. An opened stream has none.
  RunningRequest::Clock::time_point deadline{};
  // What the request gets if it is admitted.
  Admitted admitted;
  // Identifies the request in its progress notifications; null: none are sent.
  Json progress_token;
};

// Decides whether the request may run, checking in this order: stopping, identity, access, level, parameters, places. `policy`
// is the current one. `connection_id` is for the log. Throws no Windows error.
Admission Admit(const RunningRequest& request, std::uint64_t connection_id, const AccessPolicy& policy,
                const AdmissionParts& parts);

// Whether an admitted request may continue under another policy: only access is checked again.
Admission AdmitAgain(const RunningRequest& request, const AccessPolicy& policy, Log& log);

// Whether an admitted request may run although its decision could not be recorded: it is an administrator's, for a method that
// helps to find out why. Throws Win32Error if Windows cannot tell who is an administrator.
bool MayRunUnrecorded(const RunningRequest& request, const AccessPolicy& policy);

}  // namespace onbehalf::service
