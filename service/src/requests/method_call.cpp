#include "requests/method_call.h"

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "identity/impersonation_error.h"
#include "methods_model/request_error.h"
#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/service/as_caller.h"
#include "onbehalf/win32/win32_error.h"
#include "requests/progress_channel.h"

namespace onbehalf::service {
namespace {

MethodResult ToResult(const std::exception_ptr& thrown, const RunningRequest& request, Log& log) {
  try {
    std::rethrow_exception(thrown);
  } catch (const win32::Win32Error& error) {
    const bool was_cancelled =
        error.win32_code() == ERROR_OPERATION_ABORTED || error.win32_code() == ERROR_CANCELLED;
    if (const auto reason = request.stop_reason(); reason && was_cancelled) return ToError(*reason);
    return ToError(error);
  } catch (const ImpersonationError& error) {
    log.Write(LogLevel::kError, "a caller could not be impersonated",
              {{"method", request.method().name},
               {"request", request.audit_id()},
               {"operation", error.failure().operation},
               {"code", error.failure().code}});
  } catch (const std::exception& error) {
    log.Write(LogLevel::kError, "a method failed",
              {{"method", request.method().name}, {"request", request.audit_id()}, {"what", error.what()}});
  } catch (...) {
    log.Write(LogLevel::kError, "a method failed with an unknown exception",
              {{"method", request.method().name}, {"request", request.audit_id()}});
  }
  return InternalError(request.audit_id());
}

// Runs `work(call)` under the identity that the method's Acts requires. Returns nullopt if it returned; otherwise the error for
// the caller.
template <typename Work>
std::optional<MethodResult> RunUnderIdentity(RunningRequest& request, const ClientProcess& process,
                                             std::uint64_t connection_id, Log& log, Work&& work) {
  const Method& method = request.method();
  const std::shared_ptr<ProgressChannel> progress = method.reports_progress ? request.progress() : nullptr;
  const Call call{*request.caller(),
                  process,
                  request.params(),
                  request.audit_id(),
                  connection_id,
                  request.stop_token(),
                  request.deadline(),
                  progress ? *progress : Progress::Unwanted(),
                  request};
  std::optional<protocol::Error> refused;
  std::exception_ptr thrown;
  // Only the handler runs in the innermost scope, as the caller. Exceptions are examined after the thread is the service's own
  // again, because that loads texts and writes logs.
  try {
    std::optional<RunningRequest::OnThisThread> cancellable;
    if (method.pace == Pace::kMayBlock && method.interruptible) cancellable.emplace(request);
    if (method.acts == Acts::kAsCaller) {
      refused = AsCaller(call.caller, win32::ImpersonationLevel::kImpersonation, [&] { work(call); });
    } else {
      work(call);
    }
  } catch (...) {
    thrown = std::current_exception();
  }
  // AsCaller has already reverted. A token that another handler left on the thread would be used to write the audit, and to run
  // the next request of the same message.
  if (method.acts == Acts::kAsService) pipe::AssertThreadHasNoToken();
  if (refused) return MethodResult(*std::move(refused));
  if (thrown) return ToResult(thrown, request, log);
  return std::nullopt;
}

}  // namespace

MethodResult CallHandler(RunningRequest& request, const ClientProcess& process, std::uint64_t connection_id,
                         Log& log) {
  std::optional<MethodResult> result;
  auto failure = RunUnderIdentity(request, process, connection_id, log,
                                  [&](const Call& call) { result = request.method().handler(call); });
  return failure ? *std::move(failure) : *std::move(result);
}

Stream::Step CallStream(RunningRequest& request, const ClientProcess& process, std::uint64_t connection_id,
                        Log& log, std::unique_ptr<Stream>& stream, const Waker& waker) {
  Stream::Step step;
  auto failure = RunUnderIdentity(request, process, connection_id, log, [&](const Call& call) {
    if (!stream) {
      auto opened = request.method().stream(call, waker);
      if (!opened.ok()) {
        step = MethodResult(std::move(opened).error());
        return;
      }
      stream = *std::move(opened);
      if (!stream) throw std::logic_error("the method did not open a stream");
    }
    step = stream->Next(call);
  });
  if (failure) return *std::move(failure);
  return step;
}

}  // namespace onbehalf::service
