#include "method_call.h"

#include <exception>
#include <optional>

#include "impersonation.h"
#include "onbehalf/win32/win32_error.h"
#include "request_error.h"

namespace onbehalf::service {
namespace {

MethodResult ToResult(const std::exception_ptr& thrown, const RunningRequest& request, Log& log) {
  try {
    std::rethrow_exception(thrown);
  } catch (const win32::Win32Error& error) {
    const bool was_cancelled = error.win32_code() == ERROR_OPERATION_ABORTED || error.win32_code() == ERROR_CANCELLED;
    if (const auto reason = request.stop_reason(); reason && was_cancelled) return ToError(*reason);
    return ToError(error);
  } catch (const std::exception& error) {
    log.Write(LogLevel::kError, "a method failed",
              {{"method", request.method->name}, {"request", request.audit_id()}, {"what", error.what()}});
  } catch (...) {
    log.Write(LogLevel::kError, "a method failed with an unknown exception",
              {{"method", request.method->name}, {"request", request.audit_id()}});
  }
  return InternalError(request.audit_id());
}

// The thread did not become the caller. A level too low is the caller's to know, all else the administrator's.
MethodResult Refusal(const ImpersonationFailure& failure, const RunningRequest& request, Log& log) {
  if (failure.code == ERROR_SUCCESS) return ToError(failure);
  log.Write(LogLevel::kError, "a caller could not be impersonated",
            {{"method", request.method->name},
             {"request", request.audit_id()},
             {"operation", failure.operation},
             {"code", failure.code}});
  return InternalError(request.audit_id());
}

}  // namespace

MethodResult CallHandler(RunningRequest& request, const ClientProcess& process, std::uint64_t connection_id,
                         Log& log) {
  const Method& method = *request.method;
  const Call call{*request.caller(),    process,          request.params(),    request.audit_id(),
                  connection_id,        request.stop_token(), request.deadline()};
  MethodResult result;
  std::optional<ImpersonationFailure> failure;
  std::exception_ptr thrown;
  // The innermost scope is the caller's: nothing but the handler runs in it. What it throws is looked at after the
  // thread is the service's own again, because texts are loaded and logs are written for that.
  try {
    std::optional<RunningRequest::OnThisThread> cancellable;
    if (method.pace == Pace::kMayBlock && method.interruptible) cancellable.emplace(request);
    if (method.acts == Acts::kAsCaller) {
      const Impersonation as_caller(call.caller.token(), win32::ImpersonationLevel::kImpersonation);
      if (as_caller) {
        result = method.handler(call);
      } else {
        failure = as_caller.failure();
      }
    } else {
      result = method.handler(call);
    }
  } catch (...) {
    thrown = std::current_exception();
  }
  // A handler that acts as its caller has just been reverted from. Whatever any other left on the thread would write the
  // audit, and do the next request of the same message.
  if (method.acts == Acts::kAsService) AssertThreadHasNoToken();
  if (failure) return Refusal(*failure, request, log);
  return thrown ? ToResult(thrown, request, log) : std::move(result);
}

}  // namespace onbehalf::service
