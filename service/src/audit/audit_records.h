#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "onbehalf/service/caller_identity.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {

// Input of the audit.

enum class AuditVerdict {
  kAllowed,
  kDenied,
  kRefused
};  // refused for a reason other than access (level, quota, capture failed, …)

// The record of a request before its handler runs. The views need to live only for the call.
struct AuditDecision {
  std::string_view request_id;
  std::uint64_t connection_id = 0;
  std::string_view method;  // as the caller spelled it: escaped and bounded when written
  // nullptr if the identity could not be captured.
  const CallerIdentity* caller = nullptr;
  const ClientProcess* process = nullptr;
  AuditVerdict verdict = AuditVerdict::kRefused;
  std::string_view
      node;  // the access node whose descriptor decided ("service.status"), empty if none was checked
  std::string_view entry;   // the deciding entry in SDDL, empty if none
  std::string_view reason;  // the error's name for a denial or refusal ("AccessDenied"), empty otherwise
  // Both or neither: the method's parameters, and their values (BindParameters).
  const std::vector<Parameter>* parameters = nullptr;
  const Json* params = nullptr;
};

// The record after the handler has ended.
struct AuditOutcome {
  std::string_view request_id;
  std::string_view method;
  const CallerIdentity* caller = nullptr;
  std::string_view outcome;         // "ok", or the error's name ("WindowsError")
  std::optional<DWORD> win32;       // for WindowsError
  bool denial_is_recorded = false;  // AccessDenied came from the policy, and a decision already records it
  std::chrono::nanoseconds took{};
};

// A node of the policy was changed: by a caller, or if there is none from outside (access.json was replaced). One line per node,
// never truncated, however long its descriptors are.
struct AuditPolicyChange {
  std::string_view request_id;  // empty from outside
  const CallerIdentity* caller = nullptr;
  std::string_view node;
  // SDDL; nullopt: the built-in default.
  std::optional<std::string_view> before;
  std::optional<std::string_view> after;
  std::uint64_t version = 0;  // of the policy now in force
};

}  // namespace onbehalf::service
