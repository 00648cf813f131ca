#include "requests/connection.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "methods_model/request_error.h"
#include "onbehalf/win32/fail_fast.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using protocol::ErrorCode;
using protocol::FrameReader;
using win32::ImpersonationLevel;

// The size of one ReadFile. A longer message takes several reads (ERROR_MORE_DATA), each with its own capture.
constexpr std::size_t kReadBytes = 64 * 1024;

// How long the client may take to read the last answer. Then it is disconnected, because a pipe that was only closed lives as
// long as a client holds its end.
constexpr std::chrono::seconds kTimeToRead{2};

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

Connection::Connection(ServerParts& server, pipe::ServerEnd pipe, std::uint64_t id)
    : alive_(server.connections),
      server_(server),
      client_{id},
      settings_(server.settings.Now()),
      pipe_(std::move(pipe)),
      writes_(pipe_, [this](DWORD code) { OnWriteEnd(code); }),
      room_(writes_, settings_->limits.progress_queue_bytes),
      requests_(server, client_, *this, [this] { OnDrained(); }),
      buffer_(new char[kReadBytes]),
      reader_(settings_->limits.frame, settings_->limits.json.depth),
      deadlines_(Clock::now()) {}

Connection::~Connection() = default;

void Connection::Start() { ReadNext(); }

// ---- The path of a request ----

void Connection::OnComplete(std::uint32_t code, std::size_t bytes) {
  std::shared_ptr<Outbox> self;
  {
    const std::lock_guard lock(mutex_);
    self = std::move(reading_);
    settings_ = server_.settings.Now();
  }
  if (code != ERROR_SUCCESS && code != ERROR_MORE_DATA) return Close();
  read_at_ = Clock::now();
  try {
    const Capture writer = CallerIdentity::FromLastMessage(pipe_.native());
    if (Receive({buffer_.get(), bytes}, writer)) ReadNext();
  } catch (const std::exception& error) {
    server_.log.Write(LogLevel::kError, "a connection failed",
                      {{"connection", id()}, {"what", error.what()}});
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
    // The connection may have been ended meanwhile: the rest of what it sent is ignored.
    if (!TakeFrame(frame, writer) || IsClosed()) return false;
  }

  if (took_frame && refused_quota_) {
    CloseWhenWritten();
    return false;
  }
  frame_writer_.reset();
  if (reader_.state() != FrameReader::State::kBetweenFrames) frame_writer_ = writer;
  const std::lock_guard lock(mutex_);
  deadlines_.OnRead(read_at_, reader_.state(), took_frame);
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

  // An answer under id null says "something you sent": vs-streamjsonrpc ends its connection on one, and so does the service.
  bool answers_nobody = false;
  for (protocol::Message& message : parsed.messages) {
    if (auto* request = std::get_if<protocol::Request>(&message)) {
      TakeRequest(std::move(*request), false, writer, batch);
    } else if (auto* notification = std::get_if<protocol::Notification>(&message)) {
      if (notification->method == "$/cancelRequest") {
        requests_.Cancel(notification->params);
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
  requests_.Take(std::make_shared<RunningRequest>(std::move(request), is_notification, writer, batch,
                                                  server_.NextRequestId(), read_at_, settings_),
                 refused_quota_);
}

// ---- Around the path ----

bool Connection::IsShutOut(const AccessPolicy& before, const CallerIdentity& caller) const {
  if (caller.level() < ImpersonationLevel::kIdentification) return false;
  const std::shared_ptr<const AccessPolicy> now = server_.access.policy();
  const auto may_connect = [&caller](const AccessPolicy& policy) {
    return (policy.Granted(*policy.Find(kPipeNode), caller) & kCall) != 0;
  };
  if (!may_connect(before) || may_connect(*now)) return false;
  server_.log.Write(LogLevel::kInfo, "a connection was closed: its account may no longer connect",
                    {{"connection", id()}, {"account", caller.user().ToString()}});
  return true;
}

void Connection::Identify(const std::shared_ptr<const CallerIdentity>& first_caller) {
  if (first_caller_) return;
  const CallerIdentity& caller = *first_caller;
  ClientProcess process = pipe_.Client();
  bool is_administrator = false;
  try {
    is_administrator = caller.level() >= ImpersonationLevel::kIdentification &&
                       server_.access.policy()->IsAdministrator(caller);
  } catch (const win32::Win32Error& error) {
    // It counts as an ordinary account's connection; each of its requests is checked separately.
    server_.log.Write(LogLevel::kError, "an access check failed",
                      {{"connection", id()}, {"what", error.what()}});
  }
  const auto admission =
      server_.connections.Identify(id(), caller.user(), is_administrator, settings_->limits);
  std::vector<std::shared_ptr<const AccessPolicy>> connected_under;
  {
    const std::lock_guard lock(mutex_);
    first_caller_ = first_caller;
    client_.process = std::move(process);
    connected_under = std::exchange(connected_under_, {});
  }
  if (admission != ConnectionTable::Admission::kAdmitted) {
    refused_quota_ = true;
    ++server_.statistics.connections_refused;
  }
  if (std::any_of(connected_under.begin(), connected_under.end(),
                  [&](const auto& before) { return IsShutOut(*before, caller); })) {
    Close();
  }
}

void Connection::ReadNext() {
  std::shared_ptr<Outbox> failed;
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || closing_) return;
    if (reading_) win32::FailFast();
    read_paused_ = writes_.bytes() > settings_->limits.write_queue_bytes;
    if (read_paused_) return;
    reading_ = shared_from_this();
    if (pipe_.StartRead(*this, {buffer_.get(), kReadBytes}) == ERROR_SUCCESS) return;
    failed = std::move(reading_);
  }
  Close();
}

void Connection::Send(std::string_view text) { SendFrame(protocol::ToFrame(framing_, text)); }

void Connection::SendFrame(std::string frame) {
  last_write_ = Clock::now();
  server_.statistics.bytes_written += frame.size();
  switch (writes_.Add(std::move(frame), shared_from_this())) {
    case pipe::WriteQueue::Added::kWritten:
      return room_.OnWritten();
    case pipe::WriteQueue::Added::kFailed:
      return Close();
    case pipe::WriteQueue::Added::kPending: {
      const std::lock_guard lock(mutex_);
      // Close may have cancelled pending operations just before this write began.
      if (closed_) pipe_.Cancel();
      return;
    }
  }
}

void Connection::Refuse(Error error, const std::optional<protocol::ForeignMessage>& foreign) {
  if (foreign) error.message = protocol::Describe(*foreign);
  ++server_.statistics.frames_refused;
  server_.log.Write(LogLevel::kInfo, "a client's byte stream was refused",
                    {{"connection", id()},
                     {"error", protocol::InfoOf(error.code).name},
                     {"why", error.message.empty() ? protocol::InfoOf(error.code).message : error.message}});
  SendFrame(foreign ? protocol::ForeignErrorFrame(*foreign, error)
                    : protocol::ToFrame(framing_, protocol::ErrorText({}, error)));
  CloseWhenWritten();
}

void Connection::OnWriteEnd(DWORD code) {
  if (code != ERROR_SUCCESS) return Close();
  room_.OnWritten();
  bool read = false;
  {
    const std::lock_guard lock(mutex_);
    // The thread that clears the pause reads: two writes may end at the same time, and there is at most one read.
    read = read_paused_ && writes_.bytes() <= settings_->limits.write_queue_bytes;
    if (read) read_paused_ = false;
  }
  if (requests_.IsDrained()) OnDrained();
  if (read) ReadNext();
}

void Connection::OnDrained() {
  if (writes_.bytes() == 0) Close();
}

void Connection::CloseWhenWritten() {
  bool close = false;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    close = requests_.CloseWhenDone() && writes_.bytes() == 0;
  }
  if (close) return Close();
  // Nothing else would end them: they have no deadline, and only a read notices that the client has gone.
  requests_.StopStreams(ErrorCode::kRequestCancelled);
}

void Connection::Close() {
  std::vector<RequestPtr> ended;
  bool keep_unread = false;
  bool gone = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    closed_ = true;
    keep_unread = closing_ && writes_.bytes() == 0 && Clock::now() - last_write_.load() < kTimeToRead;
    gone = requests_.Close(ended);
  }
  requests_.Abandon(ended);
  pipe_.Cancel();
  // Disconnecting discards what the client has not read yet; closing the handle, which the last owner does, keeps it.
  if (!keep_unread) pipe_.Disconnect();
  // Running handlers keep it in the table, so that the watch continues to ask them to end.
  if (gone) server_.connections.Remove(id());
}

void Connection::Subscribe(EventSet events) {
  std::shared_ptr<Subscriptions> subscriptions;
  {
    const std::lock_guard lock(mutex_);
    if (!subscriptions_) subscriptions_ = std::make_shared<Subscriptions>(weak_from_this(), server_.io_pool);
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
  requests_.StopStreams(ErrorCode::kShuttingDown);
}

void Connection::OnPolicyChange() {
  requests_.CheckStreams();
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

void Connection::CheckDeadlines(Clock::time_point now, const protocol::Limits& limits) {
  const char* close_reason = nullptr;
  {
    const std::lock_guard lock(mutex_);
    // A closed connection has only its handlers left. Two watches may run at the same time: one of them closes it.
    if (!closed_ && !timed_out_) {
      const RequestSet::Counts requests = requests_.counts();
      close_reason = deadlines_.CloseReason(now, limits,
                                            {.writing_since = writes_.waiting_since(),
                                             .is_reading = !read_paused_,
                                             .has_requested = requests.read != 0,
                                             .has_requests = !requests.is_empty,
                                             .last_end = requests.last_end,
                                             .is_subscriber = is_subscriber_});
      timed_out_ = close_reason != nullptr;
    }
  }
  requests_.CheckDeadlines(now);
  if (close_reason == nullptr) return;
  ++server_.statistics.connections_timed_out;
  server_.log.Write(LogLevel::kInfo, "a connection timed out", {{"connection", id()}, {"why", close_reason}});
  Close();
}

bool Connection::IsClosed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

ConnectionInfo Connection::Info() const {
  const RequestSet::Counts requests = requests_.counts();
  const std::lock_guard lock(mutex_);
  ConnectionInfo info;
  info.id = id();
  if (first_caller_) info.user = first_caller_->user();
  info.process = client_.process;
  info.since = since_;
  info.requests = requests.read;
  info.in_flight = requests.unanswered;
  return info;
}

}  // namespace onbehalf::service
