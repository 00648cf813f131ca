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

// What admission asks beside the request and the policy. Everything here outlives every request.
struct AdmissionParts {
  const MethodRegistry& methods;
  const std::atomic<bool>& stopping;
  AccountQuota& handler_quota;
  AccountQuota& stream_quota;
  MethodLimits& method_limits;
  Log& log;
};

// What was decided of a request.
struct Admission {
  // What it is answered with in place of being done; nothing: it is admitted.
  std::optional<protocol::Error> refusal;
  // What the audit is told: see AuditDecision.
  AuditVerdict verdict = AuditVerdict::kRefused;
  std::string_view node;
  std::string entry;
  // The request's from here on, also while it waits for a place. A stream that has been opened has none.
  RunningRequest::Clock::time_point deadline{};
  // What it becomes, if it is admitted.
  Admitted admitted;
  // Under which its caller is told of progress; null: they are not.
  Json progress_token;
};

// Whether the request may be done, in the order stopping, identity, access, level, parameters, places. `policy` is the one
// of this moment. `connection_id` is for the log. No Windows error is thrown.
Admission Admit(const RunningRequest& request, std::uint64_t connection_id, const AccessPolicy& policy,
                const AdmissionParts& parts);

// Whether a request that was admitted may go on under another policy: access alone is asked again.
Admission AdmitAgain(const RunningRequest& request, const AccessPolicy& policy, Log& log);

// Whether an admitted request may be done although its decision could not be recorded: it is an administrator's, of a method
// that finds out why. Throws Win32Error when Windows does not tell who is one.
bool MayGoUnrecorded(const RunningRequest& request, const AccessPolicy& policy);

}  // namespace onbehalf::service
