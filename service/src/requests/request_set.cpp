#include "requests/request_set.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "methods_model/request_error.h"
#include "requests/method_call.h"
#include "requests/progress_channel.h"
#include "requests/stream_request.h"

namespace onbehalf::service {

using protocol::Error;
using protocol::ErrorCode;

RequestSet::RequestSet(ServerParts& server, const Client& client, Outbox& outbox,
                       std::function<void()> on_drained)
    : server_(server),
      client_(client),
      outbox_(outbox),
      on_drained_(std::move(on_drained)),
      completion_(server, client, outbox, [this](const RequestPtr& request) { OnEnd(request); }) {}

RequestSet::~RequestSet() = default;

// ---- The path of a request ----

void RequestSet::Take(const RequestPtr& request, bool over_quota) {
  const protocol::Limits& limits = request->settings().limits;
  std::optional<Error> refusal;
  {
    const std::lock_guard lock(mutex_);
    // Closed since it was read: nobody would get the answer, and nothing would ask the handler to end. A set that is closing
    // finishes only what has begun.
    if (state_ != State::kOpen) return;
    batch_at_once_ = std::min(limits.batch_requests_at_once, limits.requests_per_connection);
    if (IsIdTaken(request->id())) {
      refusal = ToError(ErrorCode::kInvalidRequest);
      refusal->message = "A request with this id has not been answered yet.";
    } else if (request->batch() && (!waiting_.empty() || !HasPlaceInBatch())) {
      if (waiting_.size() < limits.batch_requests) {
        waiting_.push_back(request);
        Count();
        return;
      }
      refusal = ToError(ErrorCode::kBusy);
    } else if (over_quota || Unanswered() >= limits.requests_per_connection) {
      refusal = ToError(ErrorCode::kBusy);
    } else {
      // In flight from here on, so that a cancellation that is read next finds it.
      in_flight_.push_back(request);
    }
    Count();
  }
  if (refusal) return completion_.RefuseUnstarted(request, *std::move(refusal));
  // It was put back to wait: another request may have ended just before that.
  if (!Begin(request)) BeginWaiting();
}

void RequestSet::Count() {
  ++server_.statistics.requests;
  server_.unanswered.Add();
  ++read_;
}

bool RequestSet::Begin(const RequestPtr& request) {
  try {
    Admission admission = AdmitNow(request);
    const auto is_busy = [&] { return admission.refusal && admission.refusal->code == ErrorCode::kBusy; };
    if (is_busy() && request->batch()) {
      if (WaitForPlace(request)) return false;
      // The request to wait for may have released its place just after the check.
      admission = AdmitNow(request);
      if (is_busy() && WaitForPlace(request)) return false;
    }
    if (!admission.refusal) {
      std::shared_ptr<ProgressChannel> progress;
      if (!admission.progress_token.is_null()) {
        progress =
            std::make_shared<ProgressChannel>(outbox_.shared_from_this(), std::move(admission.progress_token),
                                              request->settings().limits.response_bytes, server_.io_pool);
      }
      request->SetAdmitted(std::move(admission.admitted), std::move(progress));
    }
    if (!completion_.Record(*request, admission) && server_.audit_required &&
        (admission.refusal || !MayRunUnrecorded(*request, *server_.access.policy()))) {
      admission.refusal = ToError(ErrorCode::kAuditUnavailable);
    }
    if (admission.refusal) {
      completion_.AnswerAndEnd(request, *std::move(admission.refusal));
    } else if (request->opens_stream()) {
      OpenStream(request);
    } else if (request->method().pace == Pace::kQuick) {
      Run(request);
    } else {
      // Keeps the connection alive.
      const std::shared_ptr<RequestSet> self(outbox_.shared_from_this(), this);
      server_.handler_pool.Submit([self, request] { self->Run(request); });
    }
  } catch (const std::exception& error) {
    completion_.Fail(request, error);
  }
  return true;
}

Admission RequestSet::AdmitNow(const RequestPtr& request) {
  Admission admission = Admit(*request, client_.connection_id, *server_.access.policy(), server_.admission);
  request->set_deadline(admission.deadline);
  return admission;
}

void RequestSet::Run(const RequestPtr& request) {
  try {
    const Clock::time_point begun = Clock::now();
    // Answered or cancelled while it waited for a thread: it must not run any more.
    const auto stopped = request->stop_reason();
    if (stopped) return completion_.Complete(request, ToError(*stopped), Clock::now() - begun);
    const MethodResult result = [&] {
      const RunningRequest::Working working(*request);
      return CallHandler(*request, client_.process, client_.connection_id, server_.log);
    }();
    completion_.Complete(request, result, Clock::now() - begun);
  } catch (const std::exception& error) {
    completion_.Fail(request, error);
  }
}

void RequestSet::OpenStream(const RequestPtr& request) {
  const std::shared_ptr<Outbox> outbox = outbox_.shared_from_this();
  const auto stream = std::make_shared<StreamRequest>(
      outbox, std::shared_ptr<Completion>(outbox, &completion_), request, server_);
  request->BecomeStream(stream);
  // StopStreams may have run just before this became a stream.
  if (server_.stopping) {
    request->Stop(ErrorCode::kShuttingDown);
  } else if (IsClosing()) {
    request->Stop(ErrorCode::kRequestCancelled);
  }
  stream->Look();
  // Until now it counted as a request whose end begins waiting ones.
  BeginWaiting();
}

void RequestSet::OnEnd(const RequestPtr& request) {
  bool gone = false;
  {
    const std::lock_guard lock(mutex_);
    std::erase(in_flight_, request);
    last_end_ = Clock::now();
    gone = state_ == State::kClosed && in_flight_.empty();
  }
  if (gone) return server_.connections.Remove(client_.connection_id);
  BeginWaiting();
  if (IsDrained()) on_drained_();
}

// ---- Waiting ----

bool RequestSet::WaitForPlace(const RequestPtr& request) {
  const std::lock_guard lock(mutex_);
  // Another request of this connection must exist whose end begins the waiting ones. A stream may never end.
  const auto will_end = [&](const RequestPtr& each) { return each != request && !each->stream(); };
  if (!request->batch() || state_ == State::kClosed ||
      std::none_of(in_flight_.begin(), in_flight_.end(), will_end)) {
    return false;
  }
  std::erase(in_flight_, request);
  waiting_.push_front(request);
  return true;
}

void RequestSet::BeginWaiting() {
  {
    const std::lock_guard lock(mutex_);
    begin_again_ = true;
    if (beginning_waiting_ || waiting_.empty()) return;
    beginning_waiting_ = true;
  }
  for (;;) {
    RequestPtr next;
    {
      const std::lock_guard lock(mutex_);
      if (state_ == State::kClosed || waiting_.empty() || !HasPlaceInBatch()) {
        beginning_waiting_ = false;
        return;
      }
      next = waiting_.front();
      in_flight_.push_back(next);
      waiting_.pop_front();
      begin_again_ = false;
    }
    if (Begin(next)) continue;
    const std::lock_guard lock(mutex_);
    // A request may have ended meanwhile and left this thread to begin the next.
    if (begin_again_) continue;
    beginning_waiting_ = false;
    return;
  }
}

bool RequestSet::IsIdTaken(const protocol::Id& id) const {
  if (std::holds_alternative<std::monostate>(id)) return false;
  const auto has_id = [&](const RequestPtr& each) { return !each->is_answered() && each->id() == id; };
  return std::any_of(in_flight_.begin(), in_flight_.end(), has_id) ||
         std::any_of(waiting_.begin(), waiting_.end(), has_id);
}

std::size_t RequestSet::Unanswered() const {
  const auto is_unanswered = [](const RequestPtr& each) { return !each->is_answered(); };
  return static_cast<std::size_t>(std::count_if(in_flight_.begin(), in_flight_.end(), is_unanswered));
}

bool RequestSet::HasPlaceInBatch() const {
  const auto counts = [](const RequestPtr& each) { return !each->is_answered() && !each->stream(); };
  return static_cast<std::size_t>(std::count_if(in_flight_.begin(), in_flight_.end(), counts)) <
         batch_at_once_;
}

// ---- Ending requests early ----

void RequestSet::Cancel(const Json& params) {
  const Json* id = nullptr;
  if (params.is_object() && params.contains("id")) id = &params.at("id");
  if (params.is_array() && params.size() == 1) id = &params.at(0);
  if (id == nullptr) return;
  RequestPtr found;
  bool had_begun = true;
  {
    const std::lock_guard lock(mutex_);
    const auto is_meant = [&](const RequestPtr& each) {
      return !each->is_answered() && !each->is_notification() && protocol::ToJson(each->id()) == *id;
    };
    if (const auto begun = std::find_if(in_flight_.begin(), in_flight_.end(), is_meant);
        begun != in_flight_.end()) {
      found = *begun;
    } else if (const auto next = std::find_if(waiting_.begin(), waiting_.end(), is_meant);
               next != waiting_.end()) {
      found = *next;
      waiting_.erase(next);
      in_flight_.push_back(found);
      had_begun = false;
    }
  }
  // Already answered, or unknown: no answer is sent.
  if (!found) return;
  found->Stop(ErrorCode::kRequestCancelled);
  if (!had_begun) completion_.RefuseUnstarted(found, ErrorCode::kRequestCancelled);
}

void RequestSet::CheckDeadlines(Clock::time_point now) {
  std::vector<RequestPtr> expired;
  std::vector<RequestPtr> unbegun;
  std::vector<RequestPtr> stuck;
  std::vector<RequestPtr> overdue;
  {
    const std::lock_guard lock(mutex_);
    for (const RequestPtr& request : in_flight_) {
      if (request->BecomesOverdue(now)) overdue.push_back(request);
      if (!request->is_answered() && now >= request->deadline()) expired.push_back(request);
      if (request->is_stuck()) stuck.push_back(request);
    }
    for (auto next = waiting_.begin(); next != waiting_.end();) {
      const bool late = now >= (*next)->deadline();
      if (late) unbegun.push_back(*next);
      next = late ? waiting_.erase(next) : next + 1;
    }
    in_flight_.insert(in_flight_.end(), unbegun.begin(), unbegun.end());
  }
  for (const RequestPtr& request : expired) StopAndAnswer(request, ErrorCode::kDeadlineExceeded);
  for (const RequestPtr& request : unbegun) {
    completion_.RefuseUnstarted(request, ErrorCode::kDeadlineExceeded);
  }
  for (const RequestPtr& request : stuck) {
    if (const auto reason = request->stop_reason()) request->Stop(*reason);
  }
  for (const RequestPtr& request : overdue) {
    if (request->method().on_overdue) request->method().on_overdue(request->audit_id());
  }
}

void RequestSet::StopAll(ErrorCode reason) {
  std::vector<RequestPtr> begun;
  std::vector<RequestPtr> unbegun;
  {
    const std::lock_guard lock(mutex_);
    begun = in_flight_;
    unbegun.assign(waiting_.begin(), waiting_.end());
    waiting_.clear();
    in_flight_.insert(in_flight_.end(), unbegun.begin(), unbegun.end());
  }
  for (const RequestPtr& request : begun) StopAndAnswer(request, reason);
  for (const RequestPtr& request : unbegun) completion_.RefuseUnstarted(request, reason);
}

void RequestSet::StopAndAnswer(const RequestPtr& request, ErrorCode reason) {
  request->Stop(reason);
  completion_.Answer(request, ToError(reason));
}

void RequestSet::StopStreams(ErrorCode reason) {
  for (const RequestPtr& request : InFlight()) {
    if (request->stream()) request->Stop(reason);
  }
}

void RequestSet::CheckStreams() {
  for (const RequestPtr& request : InFlight()) {
    if (const auto stream = request->stream()) stream->Look();
  }
}

// ---- Closing ----

bool RequestSet::CloseWhenDone() {
  const std::lock_guard lock(mutex_);
  if (state_ == State::kOpen) state_ = State::kClosing;
  return in_flight_.empty() && waiting_.empty();
}

bool RequestSet::IsDrained() const {
  const std::lock_guard lock(mutex_);
  return state_ == State::kClosing && in_flight_.empty() && waiting_.empty();
}

bool RequestSet::Close(std::vector<RequestPtr>& ended) {
  const std::lock_guard lock(mutex_);
  ended = in_flight_;
  ended.insert(ended.end(), waiting_.begin(), waiting_.end());
  state_ = State::kClosed;
  waiting_.clear();
  return in_flight_.empty();
}

void RequestSet::Abandon(const std::vector<RequestPtr>& ended) {
  for (const RequestPtr& request : ended) {
    request->Stop(ErrorCode::kRequestCancelled);
    if (request->ClaimAnswer()) server_.unanswered.Remove();
  }
}

bool RequestSet::IsClosing() const {
  const std::lock_guard lock(mutex_);
  return state_ != State::kOpen;
}

// ---- Queries ----

std::vector<RequestPtr> RequestSet::InFlight() const {
  const std::lock_guard lock(mutex_);
  return in_flight_;
}

RequestSet::Counts RequestSet::counts() const {
  const std::lock_guard lock(mutex_);
  return {read_, Unanswered(), in_flight_.empty() && waiting_.empty(), last_end_};
}

std::vector<std::string> RequestSet::StuckMethods() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> methods;
  for (const RequestPtr& request : in_flight_) {
    if (request->runs() && request->stop_reason()) methods.push_back(request->method_name());
  }
  return methods;
}

}  // namespace onbehalf::service
