#include "requests/admission.h"

#include <utility>
#include <variant>

#include "methods_model/parameters.h"
#include "methods_model/request_error.h"
#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using protocol::ErrorCode;
using win32::ImpersonationLevel;

// The level that a method's Acts requires (design.md, "Rules of the path").
ImpersonationLevel RequiredLevel(const Method& method) {
  return method.acts == Acts::kAsCaller ? ImpersonationLevel::kImpersonation
                                        : ImpersonationLevel::kIdentification;
}

std::optional<Error> CheckLevel(const CallerIdentity& caller, ImpersonationLevel required) {
  if (caller.level() >= required) return std::nullopt;
  return ToError(pipe::ImpersonationFailure{ERROR_SUCCESS, "", required, caller.level()});
}

// Below identification nobody can be checked. Every method gives the same answer, so it does not reveal which methods exist.
std::optional<Error> CheckIdentity(const RunningRequest& request, std::uint64_t connection_id, Log& log) {
  const auto* failure = std::get_if<CaptureFailure>(&request.capture());
  if (failure == nullptr) return CheckLevel(*request.caller(), ImpersonationLevel::kIdentification);
  if (failure->is_anonymous) return ToError(*failure, ImpersonationLevel::kIdentification);
  log.Write(LogLevel::kError, "a caller's identity could not be captured",
            {{"connection", connection_id},
             {"request", request.audit_id()},
             {"operation", failure->operation},
             {"code", failure->code}});
  return InternalError(request.audit_id());
}

// `method` is null for an unknown one, which is checked as well, so that the response time does not give it away.
std::optional<Error> CheckAccess(const Method* method, const RunningRequest& request,
                                 const AccessPolicy& policy, Log& log, AccessDecision& access) {
  const CallerIdentity& caller = *request.caller();
  try {
    access = method == nullptr ? policy.CheckUnknown(caller) : policy.Check(*method, caller);
    return std::nullopt;
  } catch (const win32::Win32Error& error) {
    log.Write(LogLevel::kError, "an access check failed",
              {{"request", request.audit_id()}, {"what", error.what()}});
    return InternalError(request.audit_id());
  }
}

void Deny(AccessDecision& access, Admission& admission) {
  admission.verdict = AuditVerdict::kDenied;
  admission.entry = std::move(access.entry);
}

// The error if this request cannot open a stream; nullopt if it can.
std::optional<Error> CheckStreamAllowed(const RunningRequest& request, bool has_token) {
  Error error = ToError(ErrorCode::kInvalidRequest);
  if (request.is_notification()) {
    error.message = "A stream cannot be opened by a notification.";
  } else if (request.batch()) {
    error.message = "A stream cannot be opened in a batch.";
  } else if (!has_token) {
    error = ToError(ErrorCode::kInvalidParams);
    error.message =
        "progressToken: required, because the method is a stream: expected a string or an integer";
  } else {
    return std::nullopt;
  }
  return error;
}

// Takes a place of the method and one of the account, where they are limited, and sets the method's own deadline. Returns false,
// without taking any, if one of them has no place.
bool TakePlaces(const RunningRequest& request, const AdmissionParts& parts, Admission& admission) {
  Admitted& admitted = admission.admitted;
  const Method& method = *admitted.method;
  const Settings& settings = request.settings();
  const win32::Sid& account = request.caller()->user();
  MethodLimits::Place of_method;
  if (const auto its = settings.methods.limits.find(method.name); its != settings.methods.limits.end()) {
    if (its->second.deadline) admission.deadline = request.read_at() + *its->second.deadline;
    auto place = parts.method_limits.TryEnter(its->second, method, account);
    if (!place) return false;
    of_method = *std::move(place);
  }
  if (method.pace == Pace::kMayBlock) {
    admitted.of_account = admitted.opens_stream
                              ? parts.stream_quota.TryEnter(account, settings.limits.streams_per_account)
                              : parts.handler_quota.TryEnter(account, settings.limits.handlers_per_account);
    if (!admitted.of_account) return false;
  }
  admitted.of_method = std::move(of_method);
  return true;
}

// Returns Admit's refusal, if any, and fills in the rest of `admission`.
std::optional<Error> Decide(const RunningRequest& request, std::uint64_t connection_id,
                            const AccessPolicy& policy, const AdmissionParts& parts, Admission& admission) {
  if (parts.stopping) return ToError(ErrorCode::kShuttingDown);
  if (auto refusal = CheckIdentity(request, connection_id, parts.log)) return refusal;

  const Method* const method = parts.methods.Find(request.method_name());
  AccessDecision access;
  if (auto refusal = CheckAccess(method, request, policy, parts.log, access)) return refusal;
  if (method == nullptr) return ToError(ErrorCode::kMethodNotFound);
  admission.node = access.node;
  if (!access.allowed) {
    Deny(access, admission);
    // Byte for byte the answer for a method that does not exist.
    return access.visible ? AccessDenied(request.audit_id()) : ToError(ErrorCode::kMethodNotFound);
  }

  if (auto refusal = CheckLevel(*request.caller(), RequiredLevel(*method))) return refusal;

  Json token;
  ONBEHALF_TRY(auto&& bound,
               BindParameters(method->parameters, method->takes_progress_token(), request.params(), &token));
  Admitted& admitted = admission.admitted;
  admitted.method = method;
  admitted.params = std::move(bound);
  if (method->stream) {
    auto refusal = CheckStreamAllowed(request, !token.is_null());
    if (refusal && !method->handler) return refusal;
    admitted.opens_stream = !refusal;
  }

  if (!TakePlaces(request, parts, admission)) return ToError(ErrorCode::kBusy);
  if (!request.is_notification()) admission.progress_token = std::move(token);
  admission.verdict = AuditVerdict::kAllowed;
  return std::nullopt;
}

}  // namespace

Admission Admit(const RunningRequest& request, std::uint64_t connection_id, const AccessPolicy& policy,
                const AdmissionParts& parts) {
  Admission admission;
  admission.deadline = request.deadline();
  admission.refusal = Decide(request, connection_id, policy, parts, admission);
  return admission;
}

Admission AdmitAgain(const RunningRequest& request, const AccessPolicy& policy, Log& log) {
  Admission admission;
  AccessDecision access;
  admission.deadline = request.deadline();
  admission.refusal = CheckAccess(&request.method(), request, policy, log, access);
  if (admission.refusal) return admission;
  admission.node = access.node;
  if (access.allowed) {
    admission.verdict = AuditVerdict::kAllowed;
  } else {
    Deny(access, admission);
    admission.refusal = AccessDenied(request.audit_id());
  }
  return admission;
}

bool MayRunUnrecorded(const RunningRequest& request, const AccessPolicy& policy) {
  return request.method().without_audit_for_administrators && policy.IsAdministrator(*request.caller());
}

}  // namespace onbehalf::service
