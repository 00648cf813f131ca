#include "requests/completion.h"

#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include "methods_model/request_error.h"
#include "requests/progress_channel.h"

namespace onbehalf::service {

using protocol::Error;
using protocol::ErrorCode;

Completion::Completion(ServerParts& server, const Client& client, Outbox& outbox,
                       std::function<void(const RequestPtr&)> on_end)
    : server_(server), client_(client), outbox_(outbox), on_end_(std::move(on_end)) {}

bool Completion::Record(const RunningRequest& request, const Admission& admission) {
  AuditDecision decision;
  decision.request_id = request.audit_id();
  decision.connection_id = client_.connection_id;
  decision.method = request.method_name();
  decision.caller = request.caller();
  decision.process = decision.caller == nullptr ? nullptr : &client_.process;
  decision.verdict = admission.verdict;
  decision.node = admission.node;
  decision.entry = admission.entry;
  if (admission.refusal) {
    decision.reason = protocol::InfoOf(admission.refusal->code).name;
  } else {
    decision.parameters = &request.method().parameters;
    decision.params = &request.params();
  }
  const bool recorded = server_.audit.Record(decision);
  server_.NoteAudit(recorded);
  return recorded;
}

void Completion::Complete(const RequestPtr& request, const MethodResult& result,
                          std::chrono::nanoseconds took, bool denial_is_recorded) {
  AuditOutcome outcome;
  outcome.request_id = request->audit_id();
  outcome.method = request->method_name();
  outcome.caller = request->caller();
  outcome.outcome = "ok";
  if (const Error* const error = result.error_if()) {
    outcome.outcome = protocol::InfoOf(error->code).name;
    if (error->code == ErrorCode::kWindowsError && error->data.is_object()) {
      const auto code = error->data.find("code");
      if (code != error->data.end() && code->is_number_unsigned()) outcome.win32 = code->get<DWORD>();
    }
    outcome.denial_is_recorded = denial_is_recorded;
  }
  outcome.took = took;
  // The handler has already run: a missing outcome is reported by the audit's alarm, and the next request is refused.
  server_.NoteAudit(server_.audit.Record(outcome));
  // Before the answer: a client that has it may send the next request.
  request->ReleasePlaces();
  AnswerAndEnd(request, result);
}

void Completion::RefuseUnstarted(const RequestPtr& request, Error error) {
  try {
    Admission admission;
    admission.refusal = std::move(error);
    if (!Record(*request, admission) && server_.audit_required) {
      admission.refusal = ToError(ErrorCode::kAuditUnavailable);
    }
    AnswerAndEnd(request, *std::move(admission.refusal));
  } catch (const std::exception& failure) {
    Fail(request, failure);
  }
}

void Completion::RefuseUnstarted(const RequestPtr& request, ErrorCode reason) {
  RefuseUnstarted(request, ToError(reason));
}

void Completion::Fail(const RequestPtr& request, const std::exception& error) {
  server_.log.Write(
      LogLevel::kError, "a request failed",
      {{"connection", client_.connection_id}, {"request", request->audit_id()}, {"what", error.what()}});
  if (request->ClaimAnswer()) server_.unanswered.Remove();
  End(request);
  outbox_.Close();
}

void Completion::AnswerAndEnd(const RequestPtr& request, const MethodResult& result) {
  Answer(request, result);
  End(request);
}

void Completion::End(const RequestPtr& request) {
  request->ReleasePlaces();
  on_end_(request);
}

void Completion::Answer(const RequestPtr& request, const MethodResult& result) {
  if (!request->ClaimAnswer()) return;
  const UnansweredRequests::Removal removal(server_.unanswered);
  if (const Error* const error = result.error_if()) {
    ++(error->code == ErrorCode::kAccessDenied || error->code == ErrorCode::kMethodNotFound
           ? server_.statistics.requests_denied
           : server_.statistics.requests_failed);
  }
  if (const auto progress = request->progress()) progress->Close();
  if (!request->is_notification()) {
    std::string text = AnswerText(*request, result);
    if (!request->batch()) {
      outbox_.Send(text);
    } else if (const auto whole = request->batch()->Add(request->id(), std::move(text))) {
      outbox_.Send(*whole);
    }
  }
  // How long a stream was open says nothing about the service's speed.
  if (!request->stream()) {
    server_.statistics.AddLatency(RunningRequest::Clock::now() - request->read_at());
  }
}

std::string Completion::AnswerText(const RunningRequest& request, const MethodResult& result) const {
  std::string text;
  try {
    const Error* const error = result.error_if();
    text = error == nullptr ? protocol::ResultText(request.id(), *result)
                            : protocol::ErrorText(request.id(), *error);
  } catch (const std::invalid_argument&) {
    server_.log.Write(LogLevel::kError, "a method's answer is not valid UTF-8",
                      {{"method", request.method_name()}, {"request", request.audit_id()}});
    text = protocol::ErrorText(request.id(), InternalError(request.audit_id()));
  }
  if (text.size() <= request.settings().limits.response_bytes) return text;
  Error too_large = ToError(ErrorCode::kTooLarge);
  too_large.message = "The result is larger than the limit of a response.";
  return protocol::ErrorText(request.id(), too_large);
}

}  // namespace onbehalf::service
