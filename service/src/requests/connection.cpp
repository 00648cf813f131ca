#include "requests/connection.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "identity/client_process.h"
#include "methods_model/parameters.h"
#include "methods_model/request_error.h"
#include "onbehalf/win32/fail_fast.h"
#include "onbehalf/win32/win32_error.h"
#include "requests/method_call.h"
#include "requests/progress_channel.h"
#include "requests/stream_request.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using protocol::ErrorCode;
using protocol::FrameReader;
using win32::ImpersonationLevel;

// What one ReadFile may bring. A longer message comes in several reads (ERROR_MORE_DATA), each with its own capture.
constexpr std::size_t kReadBytes = 64 * 1024;

// How long after the last answer the client may still be about to read it. A connection that is ended later is
// disconnected, because the pipe lives as long as a client holds an end of one that was only closed.
constexpr std::chrono::seconds kTimeToRead{2};

// The level a method's Acts need (design.md, "Rules of the path").
ImpersonationLevel RequiredLevel(const Method& method) {
  return method.acts == Acts::kAsCaller ? ImpersonationLevel::kImpersonation
                                        : ImpersonationLevel::kIdentification;
}

bool IsSameWriter(const CallerIdentity::Capture& a, const CallerIdentity::Capture& b) {
  if (a.index() != b.index()) return false;
  if (const auto* failure = std::get_if<CaptureFailure>(&a))
    return failure->code == std::get<CaptureFailure>(b).code;
  return std::get<0>(a)->IsSameAs(*std::get<0>(b));
}

Error ToError(protocol::FrameError fault) {
  Error error;
  error.code = protocol::CodeOf(fault);
  error.message = protocol::Describe(fault);
  return error;
}

}  // namespace

Connection::Connection(ServerParts& server, std::unique_ptr<PipeInstance> pipe, std::uint64_t id)
    : alive_(server.connections),
      server_(server),
      id_(id),
      settings_(server.settings.Now()),
      pipe_(std::move(pipe)),
      writes_(pipe_->get(), server.io_pool, [this](DWORD code) { OnWriteEnd(code); }),
      room_(writes_, settings_->limits.progress_queue_bytes),
      buffer_(new char[kReadBytes]),
      reader_(settings_->limits.frame, settings_->limits.json.depth),
      connected_at_(Clock::now()),
      frame_state_since_(connected_at_),
      last_activity_(connected_at_) {}

Connection::~Connection() = default;

void Connection::Start() { ReadNext(); }

// ---- The path of a request ----

void Connection::OnComplete(DWORD code, DWORD bytes) {
  std::shared_ptr<Connection> self;
  {
    const std::lock_guard lock(mutex_);
    self = std::move(reading_);
    settings_ = server_.settings.Now();
  }
  if (code != ERROR_SUCCESS && code != ERROR_MORE_DATA) return Close();
  read_at_ = Clock::now();
  try {
    const Capture writer = CallerIdentity::FromLastMessage(pipe_->get());
    if (Receive({buffer_.get(), bytes}, writer)) ReadNext();
  } catch (const std::exception& error) {
    server_.log.Write(LogLevel::kError, "a connection failed", {{"connection", id_}, {"what", error.what()}});
    Close();
  }
}

bool Connection::Receive(std::string_view bytes, const Capture& writer) {
  server_.statistics.bytes_read += bytes.size();
  if (frame_writer_ && !IsSameWriter(*frame_writer_, writer)) {
    Error error = service::ToError(ErrorCode::kInvalidRequest);
    error.message = "The writer's identity changed inside a frame.";
    Refuse(error);
    return false;
  }
  if (const auto* caller = std::get_if<0>(&writer)) Identify(*caller);
  if (IsClosed()) return false;

  bool took_frame = false;
  for (std::string_view rest = bytes; !rest.empty();) {
    std::string_view frame;
    const FrameReader::Result result = reader_.Next(rest, frame);
    framing_ = reader_.framing();
    if (result == FrameReader::Result::kNeedMore) break;
    if (result == FrameReader::Result::kError) {
      const bool is_first = framing_ == protocol::Framing::kUnknown;
      Refuse(ToError(reader_.error()),
             is_first ? protocol::ReadForeignMessage(bytes, settings_->limits.json) : std::nullopt);
      return false;
    }
    took_frame = true;
    // Somebody may have ended the connection meanwhile: what else it has sent is no longer wanted.
    if (!TakeFrame(frame, writer) || IsClosed()) return false;
  }

  if (took_frame && refused_quota_) {
    CloseWhenWritten();
    return false;
  }
  frame_writer_.reset();
  if (reader_.state() != FrameReader::State::kBetweenFrames) frame_writer_ = writer;
  const std::lock_guard lock(mutex_);
  last_activity_ = read_at_;
  if (took_frame || frame_state_ != reader_.state()) frame_state_since_ = read_at_;
  frame_state_ = reader_.state();
  return true;
}

bool Connection::TakeFrame(std::string_view frame, const Capture& writer) {
  const protocol::Limits& limits = settings_->limits;
  protocol::ParsedFrame parsed = protocol::ParseFrame(frame, limits.json, limits.batch_requests);
  if (parsed.fault) {
    Refuse(*parsed.fault);
    return false;
  }
  std::shared_ptr<BatchAnswers> batch;
  if (parsed.is_batch) {
    const auto is_answered = [](const protocol::Message& message) {
      return std::holds_alternative<protocol::Request>(message) ||
             std::holds_alternative<protocol::InvalidMessage>(message);
    };
    const auto answers = std::count_if(parsed.messages.begin(), parsed.messages.end(), is_answered);
    batch = std::make_shared<BatchAnswers>(static_cast<std::size_t>(answers), limits.response_bytes);
  }

  // An answer under id null says "something you sent": vs-streamjsonrpc ends its connection on one, and so do we.
  bool answers_nobody = false;
  for (protocol::Message& message : parsed.messages) {
    if (auto* request = std::get_if<protocol::Request>(&message)) {
      TakeRequest(std::move(*request), false, writer, batch);
    } else if (auto* notification = std::get_if<protocol::Notification>(&message)) {
      if (notification->method == "$/cancelRequest") {
        CancelRequest(notification->params);
      } else if (server_.methods.Find(notification->method) != nullptr) {
        TakeRequest({{}, std::move(notification->method), std::move(notification->params)}, true, writer,
                    nullptr);
      }
    } else if (auto* invalid = std::get_if<protocol::InvalidMessage>(&message)) {
      answers_nobody = answers_nobody || std::holds_alternative<std::monostate>(invalid->id);
      std::string text = protocol::ErrorText(invalid->id, invalid->error);
      if (!batch) {
        Send(text);
      } else if (const auto whole = batch->Add(invalid->id, std::move(text))) {
        Send(*whole);
      }
    }
  }
  if (answers_nobody) CloseWhenWritten();
  return !answers_nobody;
}

void Connection::TakeRequest(protocol::Request request, bool is_notification, const Capture& writer,
                             const std::shared_ptr<BatchAnswers>& batch) {
  const protocol::Limits& limits = settings_->limits;
  const auto running = std::make_shared<RunningRequest>(std::move(request), is_notification, writer, batch,
                                                        server_.NextRequestId(), read_at_, settings_);
  std::optional<Error> refusal;
  {
    const std::lock_guard lock(mutex_);
    // Closed since it was read: nobody would get the answer, and nothing would ask the handler to end. One that is to close ends
    // with what it has begun.
    if (closed_ || closing_) return;
    ++server_.statistics.requests;
    server_.unanswered.Add();
    ++requests_read_;
    const std::size_t in_flight = InFlight();
    const bool has_id = !std::holds_alternative<std::monostate>(running->id());
    const auto same_id = [&](const RequestPtr& each) {
      return !each->is_answered() && each->id() == running->id();
    };
    if (has_id && (std::any_of(requests_.begin(), requests_.end(), same_id) ||
                   std::any_of(waiting_.begin(), waiting_.end(), same_id))) {
      refusal = service::ToError(ErrorCode::kInvalidRequest);
      refusal->message = "A request with this id has not been answered yet.";
    } else if (batch && (!waiting_.empty() || !HasPlaceInBatch())) {
      if (waiting_.size() < limits.batch_requests) {
        waiting_.push_back(running);
        return;
      }
      refusal = service::ToError(ErrorCode::kBusy);
    } else if (refused_quota_ || in_flight >= limits.requests_per_connection) {
      refusal = service::ToError(ErrorCode::kBusy);
    } else {
      // Known from here on, so that a cancel read next finds it.
      requests_.push_back(running);
    }
  }
  if (refusal) return RefuseUnbegun(running, *refusal);
  // Put back: a request may have ended before it was.
  if (!Begin(running)) BeginWaiting();
}

// False when it has been put back among the waiting requests of its batch.
bool Connection::Begin(const RequestPtr& request) {
  try {
    AuditDecision decision = DecisionOn(*request);
    std::string entry;
    std::optional<Error> refusal = Admit(*request, decision, entry);
    if (refusal && refusal->code == ErrorCode::kBusy && request->batch()) {
      if (WaitForQuota(request)) return false;
      // The one that it would have waited for may have given its place back just after it was asked for.
      refusal = Admit(*request, decision, entry);
      if (refusal && refusal->code == ErrorCode::kBusy && WaitForQuota(request)) return false;
    }
    if (refusal) decision.reason = protocol::InfoOf(refusal->code).name;
    if (!refusal) {
      decision.parameters = &request->method->parameters;
      decision.params = &request->params();
    }
    if (!Record(decision) && !MayGoUnrecorded(*request, refusal.has_value())) {
      refusal = service::ToError(ErrorCode::kAuditUnavailable);
    }
    if (refusal) {
      Answer(request, *refusal);
      Finish(request);
    } else if (request->opens_stream) {
      StreamRequest::Open(shared_from_this(), request, server_);
      // Until now it counted as one whose end begins the waiting ones.
      BeginWaiting();
    } else if (request->method->pace == Pace::kQuick) {
      Run(request);
    } else {
      server_.handler_pool.Submit([self = shared_from_this(), request] { self->Run(request); });
    }
  } catch (const std::exception& error) {
    Fail(request, error);
  }
  return true;
}

// Whether the handler may run, in the order access, level, parameters, quota. Leaves what decided in `decision`, with
// `entry` as the memory for its text.
std::optional<Error> Connection::Admit(RunningRequest& request, AuditDecision& decision, std::string& entry) {
  if (server_.stopping) return service::ToError(ErrorCode::kShuttingDown);

  // Nobody can be checked below identification. The same answer for every method: it tells nothing of which exist.
  if (const auto* failure = std::get_if<CaptureFailure>(&request.capture())) {
    if (!failure->is_anonymous) {
      server_.log.Write(LogLevel::kError, "a caller's identity could not be taken",
                        {{"connection", id_},
                         {"request", request.audit_id()},
                         {"operation", failure->operation},
                         {"code", failure->code}});
      return InternalError(request.audit_id());
    }
    return service::ToError(*failure, ImpersonationLevel::kIdentification);
  }
  const CallerIdentity& caller = *request.caller();
  const auto level_error = [&](ImpersonationLevel required) {
    return service::ToError(ImpersonationFailure{ERROR_SUCCESS, "", required, caller.level()});
  };
  if (caller.level() < ImpersonationLevel::kIdentification)
    return level_error(ImpersonationLevel::kIdentification);

  const Method* method = server_.methods.Find(request.method_name());
  // The one of this moment, for the whole of the check.
  const std::shared_ptr<const AccessPolicy> policy = server_.access.policy();
  AccessDecision access;
  try {
    // A method that does not exist is checked as well, so that it cannot be told by the time it takes either.
    access = method == nullptr ? policy->CheckUnknown(caller) : policy->Check(*method, caller);
  } catch (const win32::Win32Error& error) {
    server_.log.Write(LogLevel::kError, "an access check failed",
                      {{"request", request.audit_id()}, {"what", error.what()}});
    return InternalError(request.audit_id());
  }
  if (method == nullptr) return service::ToError(ErrorCode::kMethodNotFound);
  decision.node = access.node;
  if (!access.allowed) {
    decision.verdict = AuditVerdict::kDenied;
    entry = std::move(access.entry);
    decision.entry = entry;
    // Byte for byte what a method that does not exist is answered with.
    if (!access.visible) return service::ToError(ErrorCode::kMethodNotFound);
    return AccessDenied(request.audit_id());
  }

  if (caller.level() < RequiredLevel(*method)) return level_error(RequiredLevel(*method));

  Json token;
  ONBEHALF_TRY(auto&& bound, BindParameters(*method, request.params(), &token));
  bool opens_stream = false;
  if (method->stream) {
    std::optional<Error> refusal = StreamRequest::WhyNot(request, !token.is_null());
    if (refusal && !method->handler) return refusal;
    opens_stream = !refusal;
  }

  const protocol::Limits& limits = request.settings().limits;
  if (!server_.method_limits.TryEnter(request, *method)) return service::ToError(ErrorCode::kBusy);
  if (method->pace == Pace::kMayBlock) {
    AccountQuota& quota = opens_stream ? server_.stream_quota : server_.handler_quota;
    if (!quota.TryEnter(caller.user(),
                        opens_stream ? limits.streams_per_account : limits.handlers_per_account)) {
      server_.method_limits.Leave(request);
      return service::ToError(ErrorCode::kBusy);
    }
    request.quota = &quota;
  }
  if (!token.is_null() && !request.is_notification()) {
    request.set_progress(std::make_shared<ProgressChannel>(shared_from_this(), std::move(token),
                                                           limits.response_bytes, server_));
  }
  request.set_params(std::move(bound));
  request.method = method;
  request.opens_stream = opens_stream;
  decision.verdict = AuditVerdict::kAllowed;
  return std::nullopt;
}

void Connection::Run(const RequestPtr& request) {
  try {
    const Clock::time_point begun = Clock::now();
    // Answered or cancelled while it waited for a thread: then nothing of it may happen any more.
    const auto stopped = request->stop_reason();
    if (stopped) return Complete(request, service::ToError(*stopped), Clock::now() - begun);
    std::optional<RunningRequest::Working> working(*request);
    const MethodResult result = CallHandler(*request, process_, id_, server_.log);
    working.reset();
    Complete(request, result, Clock::now() - begun);
  } catch (const std::exception& error) {
    Fail(request, error);
  }
}

void Connection::Complete(const RequestPtr& request, const MethodResult& result,
                          std::chrono::nanoseconds took) {
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
    outcome.denial_is_recorded = request->denied_since;
  }
  outcome.took = took;
  Record(outcome);
  // Before the answer: who has it may ask for the next one.
  LeaveQuota(*request);
  Answer(request, result);
  Finish(request);
}

void Connection::Answer(const RequestPtr& request, const MethodResult& result) {
  if (!request->ClaimAnswer()) return;
  const UnansweredRequests::Removal removal(server_.unanswered);
  const Error* const error = result.error_if();
  if (error != nullptr) {
    ++(error->code == ErrorCode::kAccessDenied || error->code == ErrorCode::kMethodNotFound
           ? server_.statistics.requests_denied
           : server_.statistics.requests_failed);
  }
  if (const auto progress = request->progress()) progress->Close();
  if (!request->is_notification()) {
    std::string text;
    try {
      text = error == nullptr ? protocol::ResultText(request->id(), *result)
                              : protocol::ErrorText(request->id(), *error);
    } catch (const std::invalid_argument&) {
      server_.log.Write(LogLevel::kError, "a method's answer is not valid UTF-8",
                        {{"method", request->method_name()}, {"request", request->audit_id()}});
      text = protocol::ErrorText(request->id(), InternalError(request->audit_id()));
    }
    if (text.size() > request->settings().limits.response_bytes) {
      Error too_large = service::ToError(ErrorCode::kTooLarge);
      too_large.message = "The result is larger than the limit of a response.";
      text = protocol::ErrorText(request->id(), too_large);
    }
    if (!request->batch()) {
      Send(text);
    } else if (const auto whole = request->batch()->Add(request->id(), std::move(text))) {
      Send(*whole);
    }
  }
  // How long a stream was open says nothing of how fast the service is.
  if (!request->stream()) server_.statistics.AddLatency(Clock::now() - request->read_at());
}

// ---- What surrounds the path ----

void Connection::RefuseUnbegun(const RequestPtr& request, const Error& error) {
  AuditDecision decision = DecisionOn(*request);
  decision.reason = protocol::InfoOf(error.code).name;
  const bool may_be_told = Record(decision) || !server_.audit_required;
  Answer(request, may_be_told ? error : service::ToError(ErrorCode::kAuditUnavailable));
  Finish(request);
}

// The path itself has failed (there is no memory, say), not the handler: the request ends and its connection with it,
// because its answer may be lost.
void Connection::Fail(const RequestPtr& request, const std::exception& error) {
  server_.log.Write(LogLevel::kError, "a request failed",
                    {{"connection", id_}, {"request", request->audit_id()}, {"what", error.what()}});
  if (request->ClaimAnswer()) server_.unanswered.Remove();
  Finish(request);
  Close();
}

bool Connection::WaitForQuota(const RequestPtr& request) {
  const std::lock_guard lock(mutex_);
  // Another request of this connection has to be there, whose end begins the waiting ones. A stream may never end.
  const auto will_end = [&](const RequestPtr& each) { return each != request && !each->stream(); };
  if (!request->batch() || closed_ || std::none_of(requests_.begin(), requests_.end(), will_end))
    return false;
  std::erase(requests_, request);
  waiting_.push_front(request);
  return true;
}

bool Connection::Record(const AuditDecision& decision) {
  const bool recorded = server_.audit.Record(decision);
  server_.NoteAudit(recorded);
  return recorded;
}

// The handler has run: that its outcome is missing is the audit's alarm, and the next request is refused.
void Connection::Record(const AuditOutcome& outcome) { server_.NoteAudit(server_.audit.Record(outcome)); }

bool Connection::MayGoUnrecorded(const RunningRequest& request, bool is_refused) const {
  if (!server_.audit_required) return true;
  return !is_refused && request.method->without_audit_for_administrators &&
         server_.access.policy()->IsAdministrator(*request.caller());
}

AuditDecision Connection::DecisionOn(const RunningRequest& request) const {
  AuditDecision decision;
  decision.request_id = request.audit_id();
  decision.connection_id = id_;
  decision.method = request.method_name();
  decision.caller = request.caller();
  decision.process = decision.caller == nullptr ? nullptr : &process_;
  decision.verdict = AuditVerdict::kRefused;
  return decision;
}

std::size_t Connection::InFlight() const {
  const auto is_unanswered = [](const RequestPtr& each) { return !each->is_answered(); };
  return static_cast<std::size_t>(std::count_if(requests_.begin(), requests_.end(), is_unanswered));
}

bool Connection::HasPlaceInBatch() const {
  const protocol::Limits& limits = settings_->limits;
  const auto counts = [](const RequestPtr& each) { return !each->is_answered() && !each->stream(); };
  const auto in_flight = static_cast<std::size_t>(std::count_if(requests_.begin(), requests_.end(), counts));
  return in_flight < std::min(limits.batch_requests_at_once, limits.requests_per_connection);
}

bool Connection::IsShutOut(const AccessPolicy& before, const CallerIdentity& caller) const {
  if (caller.level() < ImpersonationLevel::kIdentification) return false;
  const std::shared_ptr<const AccessPolicy> now = server_.access.policy();
  const auto may_connect = [&caller](const AccessPolicy& policy) {
    return (policy.Granted(*policy.Find(kPipeNode), caller) & kCall) != 0;
  };
  if (!may_connect(before) || may_connect(*now)) return false;
  server_.log.Write(LogLevel::kInfo, "a connection is ended: its account may no longer connect",
                    {{"connection", id_}, {"account", caller.user().ToString()}});
  return true;
}

void Connection::Identify(const std::shared_ptr<const CallerIdentity>& first_caller) {
  if (first_caller_) return;
  const CallerIdentity& caller = *first_caller;
  ClientProcess process = ClientProcessOf(pipe_->get());
  bool is_administrator = false;
  try {
    is_administrator = caller.level() >= ImpersonationLevel::kIdentification &&
                       server_.access.policy()->IsAdministrator(caller);
  } catch (const win32::Win32Error& error) {
    // The connection is then one of an ordinary account; each request of it is checked for itself.
    server_.log.Write(LogLevel::kError, "an access check failed",
                      {{"connection", id_}, {"what", error.what()}});
  }
  const auto admission =
      server_.connections.Identify(id_, caller.user(), is_administrator, settings_->limits);
  std::vector<std::shared_ptr<const AccessPolicy>> connected_under;
  {
    const std::lock_guard lock(mutex_);
    first_caller_ = first_caller;
    process_ = std::move(process);
    connected_under = std::exchange(connected_under_, {});
    if (admission != ConnectionTable::Admission::kAdmitted) {
      refused_quota_ = true;
      ++server_.statistics.connections_refused;
    }
  }
  if (std::any_of(connected_under.begin(), connected_under.end(),
                  [&](const auto& before) { return IsShutOut(*before, caller); })) {
    Close();
  }
}

void Connection::CancelRequest(const Json& params) {
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
    if (const auto begun = std::find_if(requests_.begin(), requests_.end(), is_meant);
        begun != requests_.end()) {
      found = *begun;
    } else if (const auto next = std::find_if(waiting_.begin(), waiting_.end(), is_meant);
               next != waiting_.end()) {
      found = *next;
      waiting_.erase(next);
      requests_.push_back(found);
      had_begun = false;
    }
  }
  // Answered already, or never asked: nothing is sent for it.
  if (!found) return;
  found->Stop(ErrorCode::kRequestCancelled);
  if (!had_begun) RefuseUnbegun(found, service::ToError(ErrorCode::kRequestCancelled));
}

void Connection::ReadNext() {
  std::shared_ptr<Connection> failed;
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || closing_) return;
    if (reading_) win32::FailFast();
    read_paused_ = writes_.bytes() > settings_->limits.write_queue_bytes;
    if (read_paused_) return;
    reading_ = shared_from_this();
    if (pipe_->Read(*this, {buffer_.get(), kReadBytes}) == ERROR_SUCCESS) return;
    failed = std::move(reading_);
  }
  Close();
}

void Connection::Finish(const RequestPtr& request) {
  LeaveQuota(*request);
  bool gone = false;
  {
    const std::lock_guard lock(mutex_);
    std::erase(requests_, request);
    last_activity_ = Clock::now();
    gone = closed_ && requests_.empty();
  }
  if (gone) return server_.connections.Remove(id_);
  BeginWaiting();
  bool close = false;
  {
    const std::lock_guard lock(mutex_);
    close = closing_ && requests_.empty() && waiting_.empty() && writes_.bytes() == 0;
  }
  if (close) Close();
}

void Connection::LeaveQuota(RunningRequest& request) {
  server_.method_limits.Leave(request);
  if (AccountQuota* const quota = request.quota.exchange(nullptr)) quota->Leave(request.caller()->user());
}

void Connection::BeginWaiting() {
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
      if (closed_ || waiting_.empty() || !HasPlaceInBatch()) {
        beginning_waiting_ = false;
        return;
      }
      next = std::move(waiting_.front());
      waiting_.pop_front();
      requests_.push_back(next);
      begin_again_ = false;
    }
    if (Begin(next)) continue;
    const std::lock_guard lock(mutex_);
    // A request may have ended meanwhile and left its place to this thread.
    if (begin_again_) continue;
    beginning_waiting_ = false;
    return;
  }
}

void Connection::Send(std::string_view text) { SendFrame(protocol::ToFrame(framing_, text)); }

void Connection::SendFrame(std::string frame) {
  {
    const std::lock_guard lock(mutex_);
    last_write_ = Clock::now();
  }
  server_.statistics.bytes_written += frame.size();
  switch (writes_.Add(std::move(frame), shared_from_this())) {
    case WriteQueue::Added::kWritten:
      return room_.OnWritten();
    case WriteQueue::Added::kFailed:
      return Close();
    case WriteQueue::Added::kPending: {
      const std::lock_guard lock(mutex_);
      // Close may have cancelled what was pending just before this write began.
      if (closed_) pipe_->Cancel();
      return;
    }
  }
}

void Connection::Refuse(Error error, const std::optional<protocol::ForeignMessage>& foreign) {
  if (foreign) error.message = protocol::Describe(*foreign);
  ++server_.statistics.frames_refused;
  server_.log.Write(LogLevel::kInfo, "a stream is refused",
                    {{"connection", id_},
                     {"error", protocol::InfoOf(error.code).name},
                     {"why", error.message.empty() ? protocol::InfoOf(error.code).message : error.message}});
  SendFrame(foreign ? protocol::ForeignErrorFrame(*foreign, error)
                    : protocol::ToFrame(framing_, protocol::ErrorText({}, error)));
  CloseWhenWritten();
}

void Connection::OnWriteEnd(DWORD code) {
  if (code != ERROR_SUCCESS) return Close();
  room_.OnWritten();
  bool close = false;
  bool read = false;
  {
    const std::lock_guard lock(mutex_);
    const std::size_t bytes = writes_.bytes();
    close = closing_ && requests_.empty() && waiting_.empty() && bytes == 0;
    // Whoever takes the pause back reads: two writes may end at the same time, and there is one read at most.
    read = read_paused_ && bytes <= settings_->limits.write_queue_bytes;
    if (read) read_paused_ = false;
  }
  if (close) return Close();
  if (read) ReadNext();
}

void Connection::CloseWhenWritten() {
  bool close = false;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    close = requests_.empty() && waiting_.empty() && writes_.bytes() == 0;
  }
  if (close) return Close();
  // Nothing else would end them: they have no deadline, and a client that goes is noticed by reading only.
  StopStreams(ErrorCode::kRequestCancelled);
}

void Connection::Close() {
  std::vector<RequestPtr> ended;
  bool keep_unread = false;
  bool gone = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    closed_ = true;
    gone = requests_.empty();
    keep_unread = closing_ && writes_.bytes() == 0 && Clock::now() - last_write_ < kTimeToRead;
    ended = requests_;
    ended.insert(ended.end(), waiting_.begin(), waiting_.end());
    waiting_.clear();
  }
  for (const RequestPtr& request : ended) {
    request->Stop(ErrorCode::kRequestCancelled);
    if (request->ClaimAnswer()) server_.unanswered.Remove();
  }
  pipe_->Cancel();
  // Disconnecting throws away what the client has not read yet; closing the handle, which the last owner does, keeps
  // it.
  if (!keep_unread) pipe_->Disconnect();
  // Handlers that still run keep it in the table, where the watch goes on asking them to end.
  if (gone) server_.connections.Remove(id_);
}

std::vector<Connection::RequestPtr> Connection::Requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void Connection::Subscribe(EventSet events) {
  std::shared_ptr<Subscriptions> subscriptions;
  {
    const std::lock_guard lock(mutex_);
    if (!subscriptions_) subscriptions_ = std::make_shared<Subscriptions>(weak_from_this(), server_);
    is_subscriber_ = events.any();
    subscriptions = subscriptions_;
  }
  subscriptions->Set(events);
}

void Connection::Notify(std::size_t event) {
  std::shared_ptr<Subscriptions> subscriptions;
  {
    const std::lock_guard lock(mutex_);
    subscriptions = subscriptions_;
  }
  if (subscriptions) subscriptions->Notify(event);
}

void Connection::BeginStop() {
  Notify(kStopping);
  StopStreams(ErrorCode::kShuttingDown);
}

void Connection::StopStreams(ErrorCode reason) {
  for (const RequestPtr& request : Requests()) {
    if (request->stream()) request->Stop(reason);
  }
}

void Connection::OnPolicyChange() {
  for (const RequestPtr& request : Requests()) {
    if (const auto stream = request->stream()) stream->Look();
  }
  Notify(kMethodsChanged);
}

void Connection::OnConnectChange(std::shared_ptr<const AccessPolicy> before) {
  std::shared_ptr<const CallerIdentity> caller;
  {
    const std::lock_guard lock(mutex_);
    caller = first_caller_;
    if (!caller) {
      connected_under_.push_back(std::move(before));
      return;
    }
  }
  if (IsShutOut(*before, *caller)) CloseWhenWritten();
}

void Connection::StopRequests(ErrorCode reason) {
  std::vector<RequestPtr> begun;
  std::deque<RequestPtr> unbegun;
  {
    const std::lock_guard lock(mutex_);
    begun = requests_;
    unbegun = std::exchange(waiting_, {});
    requests_.insert(requests_.end(), unbegun.begin(), unbegun.end());
  }
  for (const RequestPtr& request : begun) {
    request->Stop(reason);
    Answer(request, service::ToError(reason));
  }
  for (const RequestPtr& request : unbegun) RefuseUnbegun(request, service::ToError(reason));
}

void Connection::CheckDeadlines(Clock::time_point now, const protocol::Limits& limits) {
  std::vector<RequestPtr> expired;
  std::vector<RequestPtr> unbegun;
  std::vector<RequestPtr> stuck;
  std::vector<RequestPtr> overdue;
  const char* close_reason = nullptr;
  {
    const std::lock_guard lock(mutex_);
    for (const RequestPtr& request : requests_) {
      if (const auto due = request->due(); now >= due && std::exchange(request->told_due, due) != due) {
        overdue.push_back(request);
      }
      if (!request->is_answered() && now >= request->deadline()) expired.push_back(request);
      if (request->is_stuck()) stuck.push_back(request);
    }
    for (auto next = waiting_.begin(); next != waiting_.end();) {
      const bool late = now >= (*next)->deadline();
      if (late) unbegun.push_back(*next);
      next = late ? waiting_.erase(next) : next + 1;
    }
    requests_.insert(requests_.end(), unbegun.begin(), unbegun.end());
    const auto waiting_since = writes_.waiting_since();
    if (closed_) {
      // Only its handlers are left.
    } else if (waiting_since && now - *waiting_since >= limits.write_timeout) {
      close_reason = "the client does not read";
    } else if (read_paused_) {
      // What is missing of a frame may have been sent long ago.
    } else if (frame_state_ == FrameReader::State::kInHeader &&
               now - frame_state_since_ >= limits.header_timeout) {
      close_reason = "a header was not finished";
    } else if (frame_state_ == FrameReader::State::kInBody &&
               now - frame_state_since_ >= limits.frame_timeout) {
      close_reason = "a frame was not finished";
    } else if (requests_read_ == 0 && now - connected_at_ >= limits.first_request_timeout) {
      close_reason = "no request was sent";
    } else if (requests_.empty() && !is_subscriber_ && !waiting_since &&
               now - last_activity_ >= limits.idle_timeout) {
      close_reason = "idle";
    }
  }
  for (const RequestPtr& request : expired) {
    request->Stop(ErrorCode::kDeadlineExceeded);
    Answer(request, service::ToError(ErrorCode::kDeadlineExceeded));
  }
  for (const RequestPtr& request : unbegun)
    RefuseUnbegun(request, service::ToError(ErrorCode::kDeadlineExceeded));
  for (const RequestPtr& request : stuck) {
    if (const auto reason = request->stop_reason()) request->Stop(*reason);
  }
  for (const RequestPtr& request : overdue) {
    if (request->method->on_overdue) request->method->on_overdue(request->audit_id());
  }
  if (close_reason == nullptr) return;
  ++server_.statistics.connections_timed_out;
  server_.log.Write(LogLevel::kInfo, "a connection timed out", {{"connection", id_}, {"why", close_reason}});
  Close();
}

bool Connection::IsClosing() const {
  const std::lock_guard lock(mutex_);
  return closed_ || closing_;
}

bool Connection::IsClosed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::vector<std::string> Connection::StuckMethods() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> methods;
  for (const RequestPtr& request : requests_) {
    if (request->runs() && request->stop_reason()) methods.push_back(request->method_name());
  }
  return methods;
}

ConnectionInfo Connection::Info() const {
  const std::lock_guard lock(mutex_);
  ConnectionInfo info;
  info.id = id_;
  if (first_caller_) info.user = first_caller_->user();
  info.process = process_;
  info.since = since_;
  info.requests = requests_read_;
  info.in_flight = InFlight();
  return info;
}

}  // namespace onbehalf::service
