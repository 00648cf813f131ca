#include "requests/stream_request.h"

#include <exception>
#include <stdexcept>
#include <utility>
#include <variant>

#include "audit/audit.h"
#include "methods_model/request_error.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/win32/win32_error.h"
#include "requests/admission.h"
#include "requests/method_call.h"
#include "requests/progress_channel.h"

namespace onbehalf::service {

using protocol::Error;
using protocol::ErrorCode;

StreamRequest::StreamRequest(std::shared_ptr<Outbox> outbox, std::shared_ptr<Completion> completion,
                             RequestPtr request, ServerParts& server)
    : server_(server),
      outbox_(std::move(outbox)),
      completion_(std::move(completion)),
      request_(std::move(request)),
      turn_([this] { TakeTurn(); }, server.handler_pool) {}

void StreamRequest::Wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  if (state_ == State::kWaiting) QueueTurn();
}

void StreamRequest::Look() {
  const std::lock_guard lock(mutex_);
  looked_ = true;
  if (state_ == State::kWaiting || state_ == State::kWaitingForRoom) QueueTurn();
}

// Under mutex_.
void StreamRequest::QueueTurn() {
  state_ = State::kQueued;
  turn_.Submit(shared_from_this());
}

void StreamRequest::TakeTurn() {
  {
    const std::lock_guard lock(mutex_);
    state_ = State::kTurn;
    woken_ = looked_ = false;
  }
  // Release clears the members, but they are needed after it.
  const auto outbox = outbox_;
  const auto completion = completion_;
  const auto request = request_;
  try {
    const Turn turn = OneTurn();
    if (const auto* result = std::get_if<MethodResult>(&turn)) {
      Release();
      return completion->Complete(request, *result, RunningRequest::Clock::now() - opened_,
                                  denial_is_recorded_);
    }
    const auto when_room = [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->Look();
    };
    const std::lock_guard lock(mutex_);
    const bool for_room = std::holds_alternative<ForRoom>(turn);
    // The next turn goes to the end of the pool's queue, so that other streams get their turns first.
    if (looked_ || std::holds_alternative<Again>(turn)) return QueueTurn();
    // The turn that follows when there is room calls Next anyway.
    if (woken_ && !for_room) return QueueTurn();
    if (for_room && outbox->room().Await(when_room)) return QueueTurn();
    state_ = for_room ? State::kWaitingForRoom : State::kWaiting;
  } catch (const std::exception& error) {
    // Not the stream, whose exceptions become results: the path has failed.
    Release();
    completion->Fail(request, error);
  }
}

StreamRequest::Turn StreamRequest::OneTurn() {
  if (const auto reason = request_->stop_reason()) return MethodResult(ToError(*reason));
  if (auto refusal = CheckAccess()) return MethodResult(*std::move(refusal));
  if (!outbox_->room().Has()) return ForRoom{};
  const Waker waker = [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Wake();
  };
  Stream::Step step;
  {
    const Client& client = completion_->client();
    const RunningRequest::Working working(*request_);
    step = CallStream(*request_, client.process, client.connection_id, server_.log, stream_, waker);
  }
  if (std::holds_alternative<Stream::Later>(step)) return Stream::Later{};
  // The policy may have changed during the step: the caller may no longer see its result.
  if (auto refusal = CheckAccess()) return MethodResult(*std::move(refusal));
  if (auto* result = std::get_if<MethodResult>(&step)) return std::move(*result);
  try {
    request_->progress()->Send(std::get<Stream::Piece>(step).value);
  } catch (const std::length_error&) {
    Error too_large = ToError(ErrorCode::kTooLarge);
    too_large.message = "A piece of the stream is larger than the limit of a response.";
    return MethodResult(std::move(too_large));
  } catch (const std::invalid_argument&) {
    server_.log.Write(LogLevel::kError, "a stream's piece is not valid UTF-8",
                      {{"method", request_->method_name()}, {"request", request_->audit_id()}});
    return MethodResult(InternalError(request_->audit_id()));
  }
  return Again{};
}

std::optional<Error> StreamRequest::CheckAccess() {
  std::shared_ptr<const AccessPolicy> policy = server_.access.policy();
  if (policy == policy_) return std::nullopt;
  policy_ = std::move(policy);
  const Admission again = AdmitAgain(*request_, *policy_, server_.log);
  // The stream ends even if the denial cannot be recorded: the audit's own alarm reports the missing line.
  if (again.verdict == AuditVerdict::kDenied) denial_is_recorded_ = completion_->Record(*request_, again);
  return again.refusal;
}

// Breaks the reference cycle.
void StreamRequest::Release() {
  if (stream_) {
    const RunningRequest::Working working(*request_);
    stream_.reset();
  }
  outbox_.reset();
  completion_.reset();
  request_.reset();
  const std::lock_guard lock(mutex_);
  state_ = State::kEnded;
}

}  // namespace onbehalf::service
