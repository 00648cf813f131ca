#include "connection.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "callback_thread.h"
#include "onbehalf/protocol/limits.h"
#include "onbehalf/win32/win32_error.h"
#include "server_trust.h"

namespace onbehalf::client {
namespace {

using win32::Clock;

// One read: an answer of ordinary size comes in one.
constexpr std::size_t kReadBytes = 64 * 1024;
// Deeper than any answer of the service, whose own parameters are limited to 64.
constexpr std::size_t kAnswerDepth = 128;
// Progress that callers have not taken yet. While there is more, nothing is read.
constexpr std::size_t kMostWaitingProgress = 128;
// How long the thread that tells of a cancel lets itself be kept from reading, and when it tries again: the service may
// have stopped reading until somebody reads what it has sent.
constexpr std::chrono::milliseconds kCancelPatience{100};
constexpr std::chrono::milliseconds kCancelRetry{20};
// Calls whose time was over and that the service has not answered all the same.
constexpr std::size_t kMostAbandoned = 10'000;

win32::ImpersonationLevel LevelOf(const Options& options) {
  const Level by_default = IsLocal(options.server) ? Level::kImpersonate : Level::kIdentify;
  switch (options.level.value_or(by_default)) {
    case Level::kAnonymous:
      return win32::ImpersonationLevel::kAnonymous;
    case Level::kIdentify:
      return win32::ImpersonationLevel::kIdentification;
    case Level::kImpersonate:
      return win32::ImpersonationLevel::kImpersonation;
  }
  throw std::invalid_argument("the level is none of the enumeration's");
}

protocol::FrameLimits FrameLimitsOf(const Options& options) {
  protocol::FrameLimits limits;
  limits.frame_bytes = options.max_answer_bytes;
  return limits;
}

// The frame's size bounds everything in it; the service's narrower limits are for what it receives.
protocol::JsonLimits JsonLimitsOf(const Options& options) {
  protocol::JsonLimits limits;
  limits.depth = kAnswerDepth;
  limits.string_bytes = options.max_answer_bytes;
  limits.array_elements = options.max_answer_bytes;
  limits.object_members = options.max_answer_bytes;
  return limits;
}

// Not set. `manual`: it stays set once it is; otherwise the wait that it ends resets it.
win32::UniqueObject MakeEvent(bool manual) {
  win32::UniqueObject event(::CreateEventW(nullptr, manual ? TRUE : FALSE, FALSE, nullptr));
  if (!event) win32::ThrowLastError("CreateEventW");
  return event;
}

[[noreturn]] void Throw(std::errc code, const std::string& what) {
  throw std::system_error(std::make_error_code(code), what);
}

Outcome TimedOut(const std::string& method) {
  return Outcome(std::make_exception_ptr(
      std::system_error(std::make_error_code(std::errc::timed_out), "no answer to " + method + " in time")));
}

Outcome Cancelled() {
  return Outcome(std::make_exception_ptr(
      RpcError(kRequestCancelled, "The request was cancelled before it was sent.", nullptr)));
}

void Run(const std::vector<std::function<void()>>& calls) {
  for (const auto& call : calls) call();
}

}  // namespace

std::shared_ptr<Connection> Connection::Open(const Options& options, TimePoint deadline, Events events) {
  win32::PipeStream pipe = win32::PipeStream::Open(PipePath(options), {LevelOf(options), true}, deadline);
  VerifyServer(pipe.get(), options);
  return std::make_shared<Connection>(std::move(pipe), options, std::move(events));
}

Connection::Connection(win32::PipeStream pipe, const Options& options, Events events)
    : pipe_path_(PipePath(options)),
      json_limits_(JsonLimitsOf(options)),
      events_(std::move(events)),
      wake_(MakeEvent(false)),
      closed_(MakeEvent(true)),
      frames_(FrameLimitsOf(options), kAnswerDepth),
      buffer_(kReadBytes),
      pipe_(std::move(pipe)) {
  background_.is_background = true;
}

Connection::~Connection() = default;

// ---- Writing ----

void Connection::Send(std::span<const ExchangePtr> exchanges, std::string_view text) {
  // Whatever fails up to here leaves nothing behind.
  const std::string frame = protocol::ToFrame(protocol::Framing::kHeader, text);
  const TimePoint deadline = exchanges.front()->deadline;
  const bool is_background = exchanges.front()->waiter == &background_;
  Guard guard(lock_);
  const auto is_stopped = [&] {
    return std::any_of(exchanges.begin(), exchanges.end(),
                       [](const auto& each) { return each->is_stop_requested; });
  };
  const bool may_write =
      written_.WaitUntil(lock_, deadline, [&] { return !is_writing_ || has_failed_ || is_stopped(); });
  if (has_failed_) Throw(std::errc::not_connected, "the connection to " + pipe_path_ + " is closed");
  if (!is_stopped() && (!may_write || Clock::now() >= deadline)) {
    Throw(std::errc::timed_out, "the service did not take " + exchanges.front()->method + " in time");
  }
  // Before they are written: the answers may come at once.
  for (const ExchangePtr& each : exchanges) {
    under_way_.emplace(each->id, each);
    if (is_background) ++background_exchanges_;
  }
  Calls calls;
  const auto end_all = [&](const Outcome& outcome) {
    for (const ExchangePtr& each : exchanges) {
      if (!each->outcome) End(each, outcome, calls);
    }
  };
  if (is_stopped()) {
    end_all(Cancelled());
  } else {
    const DWORD code = WriteInTurn(frame, deadline, guard);
    if (code == WAIT_TIMEOUT) {
      end_all(TimedOut(exchanges.front()->method));
      Fail(std::make_exception_ptr(std::system_error(
               std::make_error_code(std::errc::connection_reset),
               "the connection was closed because the service did not take a request in time")),
           guard);
    } else {
      // What the service has said before it closed is still to be read.
      FailUnlessOver(code, guard);
    }
    // It has a new deadline to look after, and perhaps to read for.
    const bool looks_in_time = reader_ == &background_ && is_reading_ && read_deadline_ <= deadline;
    if (is_background && !looks_in_time) NotifyWaiter(background_);
  }
  guard.unlock();
  Run(calls);
}

void Connection::SendUnanswered(std::string_view text, TimePoint deadline) {
  const std::string frame = protocol::ToFrame(protocol::Framing::kHeader, text);
  Guard guard(lock_);
  const bool may_write = written_.WaitUntil(lock_, deadline, [&] { return !is_writing_ || has_failed_; });
  if (has_failed_) Throw(std::errc::not_connected, "the connection to " + pipe_path_ + " is closed");
  if (!may_write) Throw(std::errc::timed_out, "the service did not take the notification in time");
  const DWORD code = WriteInTurn(frame, deadline, guard);
  if (code == ERROR_SUCCESS) return;
  if (code == ERROR_CANCELLED) Throw(std::errc::operation_canceled, "the connection was closed meanwhile");
  std::exception_ptr error;
  if (win32::IsPipeClosed(code)) {
    error = std::make_exception_ptr(std::system_error(std::make_error_code(std::errc::connection_reset),
                                                      "the service has closed the connection"));
    // What it has said before that is still to be read, by those who wait for it.
    if (!under_way_.empty()) std::rethrow_exception(error);
  } else if (code == WAIT_TIMEOUT) {
    // Part of it may have arrived.
    error = std::make_exception_ptr(std::system_error(std::make_error_code(std::errc::timed_out),
                                                      "the service did not take the notification in time"));
  } else {
    error = std::make_exception_ptr(win32::Win32Error(code, "WriteFile", pipe_path_));
  }
  Fail(error, guard);
  std::rethrow_exception(error);
}

DWORD Connection::WriteInTurn(std::string_view frame, TimePoint deadline, Guard& guard) {
  is_writing_ = true;
  const bool is_in_callback = InCallback::IsActive();
  if (is_in_callback) {
    ++writers_in_callbacks_;
    NotifyNextReader();
  }
  guard.unlock();
  DWORD code = ERROR_SUCCESS;
  try {
    // Not closed while is_writing_.
    pipe_->Write(frame, deadline, closed_.get());
  } catch (const win32::Win32Error& error) {
    code = error.win32_code();
  }
  guard.lock();
  if (is_in_callback) --writers_in_callbacks_;
  is_writing_ = false;
  written_.NotifyAll();
  ClosePipeIfUnused();
  return code;
}

void Connection::FailUnlessOver(DWORD code, Guard& guard) {
  // Cancelled: Fail has been called.
  if (code == ERROR_SUCCESS || code == ERROR_CANCELLED || win32::IsPipeClosed(code)) return;
  Fail(std::make_exception_ptr(win32::Win32Error(code, "WriteFile", pipe_path_)), guard);
}

bool Connection::TryCancel(std::int64_t id, Guard& guard) {
  if (has_failed_) return true;
  if (is_writing_) return false;
  const std::string frame = protocol::ToFrame(protocol::Framing::kHeader,
                                              protocol::NotificationText("$/cancelRequest", {{"id", id}}));
  const DWORD code = WriteInTurn(frame, Clock::now() + kCancelPatience, guard);
  // One message, which the service takes whole or, when its write is called off, not at all.
  if (code == WAIT_TIMEOUT) return false;
  FailUnlessOver(code, guard);
  return true;
}

// ---- Waiting ----

void Connection::Await(Waiter& waiter, std::span<const ExchangePtr> exchanges,
                       const std::function<void(const Json&)>& on_progress) {
  Guard guard(lock_);
  const auto has_ended = [&] {
    return std::all_of(exchanges.begin(), exchanges.end(),
                       [](const auto& each) { return each->outcome.has_value(); });
  };
  for (;;) {
    // Also while progress keeps coming.
    const TimePoint until = Look(waiter, guard);
    const auto with_progress = std::find_if(exchanges.begin(), exchanges.end(),
                                            [](const auto& each) { return !each->progress.empty(); });
    if (with_progress != exchanges.end()) {
      std::deque<Json> values = std::exchange((*with_progress)->progress, {});
      waiting_progress_ -= values.size();
      // Others go on reading meanwhile.
      Leave(waiter, guard);
      guard.unlock();
      {
        const InCallback in_callback;
        for (const Json& value : values) on_progress(value);
        values.clear();
      }
      guard.lock();
      continue;
    }
    if (has_ended()) break;
    ReadOrWait(waiter, until, guard);
  }
  Leave(waiter, guard);
}

void Connection::Forget(Waiter& waiter, std::span<const ExchangePtr> exchanges) {
  Guard guard(lock_);
  std::erase(waiting_, &waiter);
  for (const ExchangePtr& each : exchanges) {
    waiting_progress_ -= each->progress.size();
    each->progress.clear();
    if (under_way_.erase(each->id) == 0) continue;
    abandoned_.insert(each->id);
    TryCancel(each->id, guard);
  }
  // What they had waiting makes room.
  Leave(waiter, guard);
}

void Connection::Serve(const std::function<bool()>& ends, TimePoint until) {
  Guard guard(lock_);
  while (!has_failed_ && !ends() && (until == win32::kNoDeadline || Clock::now() < until)) {
    const TimePoint next = Look(background_, guard);
    if (!has_failed_ && !ends()) ReadOrWait(background_, std::min(next, until), guard);
  }
  Leave(background_, guard);
}

Connection::TimePoint Connection::Look(Waiter& waiter, Guard& guard) {
  std::vector<ExchangePtr> mine;
  for (const auto& [id, exchange] : under_way_) {
    if (exchange->waiter == &waiter) mine.push_back(exchange);
  }
  TimePoint next = win32::kNoDeadline;
  Calls calls;
  const TimePoint now = mine.empty() ? TimePoint() : Clock::now();
  bool may_try = true;  // to tell of a cancel: each attempt keeps this thread from reading
  bool has_tried = false;
  for (const ExchangePtr& each : mine) {
    if (each->outcome) continue;
    const bool is_late = now >= each->deadline;
    if ((is_late || each->is_stop_requested) && !each->is_cancel_sent && may_try) {
      has_tried = true;
      each->is_cancel_sent = may_try = TryCancel(each->id, guard);
      if (each->outcome) continue;
    }
    if (is_late) {
      // If the service could not be told now, its own deadline ends the request.
      abandoned_.insert(each->id);
      End(each, TimedOut(each->method), calls);
      continue;
    }
    next = std::min(next, each->deadline);
    if (each->is_stop_requested && !each->is_cancel_sent) next = std::min(next, Clock::now() + kCancelRetry);
  }
  if (abandoned_.size() > kMostAbandoned) {
    Fail(std::make_exception_ptr(std::system_error(std::make_error_code(std::errc::connection_reset),
                                                   "the service does not answer what it is asked")),
         guard);
  }
  if (has_tried || !calls.empty()) {
    // What an application gave to a call may go with it, and may call the client as it goes.
    guard.unlock();
    Run(calls);
    calls.clear();
    mine.clear();
    guard.lock();
  }
  return next;
}

void Connection::ReadOrWait(Waiter& waiter, TimePoint deadline, Guard& guard) {
  if (std::exchange(waiter.is_notified, false)) return;
  if ((reader_ == nullptr || reader_ == &waiter) && pipe_ && MayRead(waiter)) {
    reader_ = &waiter;
    is_reading_ = true;
    read_deadline_ = deadline;
    guard.unlock();
    std::exception_ptr error;
    try {
      Read(deadline);
    } catch (...) {
      error = std::current_exception();
    }
    guard.lock();
    is_reading_ = false;
    if (error) Fail(std::move(error), guard);
    ClosePipeIfUnused();
    return;
  }
  Leave(waiter, guard);
  waiting_.push_back(&waiter);
  waiter.changed.WaitUntil(lock_, deadline, [&] { return waiter.is_notified; });
  std::erase(waiting_, &waiter);
  waiter.is_notified = false;
}

bool Connection::MayRead(const Waiter& waiter) const {
  if (waiter.is_background && !reads_always_ && background_exchanges_ == 0) return false;
  return waiter.may_overfill || writers_in_callbacks_ > 0 ||
         (waiting_progress_ < kMostWaitingProgress && events_.has_room());
}

void Connection::Leave(Waiter& waiter, Guard&) {
  if (reader_ == &waiter) reader_ = nullptr;
  NotifyNextReader();
}

void Connection::NotifyNextReader() {
  if (reader_ != nullptr || waiting_.empty()) return;
  const auto may_read = [this](const Waiter* waiter) { return MayRead(*waiter); };
  // Rather one that waits for its own answer than the thread that would have to hand it over.
  auto next = std::find_if(waiting_.begin(), waiting_.end(),
                           [&](const Waiter* waiter) { return !waiter->is_background && may_read(waiter); });
  if (next == waiting_.end()) next = std::find_if(waiting_.begin(), waiting_.end(), may_read);
  if (next != waiting_.end()) NotifyWaiter(**next);
}

void Connection::NotifyWaiter(Waiter& waiter) {
  waiter.is_notified = true;
  waiter.changed.NotifyAll();
  if (reader_ == &waiter && is_reading_) ::SetEvent(wake_.get());
}

void Connection::RequestStop(Exchange& exchange) {
  const std::lock_guard guard(lock_);
  exchange.is_stop_requested = true;
  // It may still wait for its turn to be written.
  written_.NotifyAll();
  if (!exchange.outcome && under_way_.contains(exchange.id)) NotifyWaiter(*exchange.waiter);
}

void Connection::set_reads_always(bool reads_always) {
  const std::lock_guard guard(lock_);
  reads_always_ = reads_always;
  NotifyWaiter(background_);
}

void Connection::NotifyBackground() {
  const std::lock_guard guard(lock_);
  NotifyWaiter(background_);
}

void Connection::NotifyRoom() {
  const std::lock_guard guard(lock_);
  NotifyNextReader();
}

// ---- Reading ----

void Connection::Read(TimePoint deadline) {
  std::size_t count = 0;
  try {
    // Not closed while is_reading_.
    count = pipe_->Read(buffer_, deadline, wake_.get());
  } catch (const win32::Win32Error& error) {
    if (error.win32_code() == WAIT_TIMEOUT || error.win32_code() == ERROR_CANCELLED) return;
    throw;
  }
  if (count == 0)
    Throw(std::errc::connection_reset, "the service closed the connection before the answer came");
  unread_ = std::string_view(buffer_.data(), count);
  for (;;) {
    std::string_view frame;
    switch (frames_.Next(unread_, frame)) {
      case protocol::FrameReader::Result::kNeedMore:
        return;
      case protocol::FrameReader::Result::kFrame:
        if (frames_.framing() != protocol::Framing::kHeader) {
          Throw(std::errc::bad_message,
                "the other end of the pipe does not answer in the framing it was asked in");
        }
        TakeFrame(frame);
        break;
      case protocol::FrameReader::Result::kError: {
        const bool too_large = frames_.error() == protocol::FrameError::kFrameTooLarge;
        Throw(too_large ? std::errc::message_size : std::errc::bad_message,
              "the answer cannot be read: " + std::string(protocol::Describe(frames_.error())));
      }
    }
  }
}

void Connection::TakeFrame(std::string_view frame) {
  protocol::ParsedFrame parsed = protocol::ParseFrame(frame, json_limits_, json_limits_.array_elements);
  if (parsed.fault) Throw(std::errc::bad_message, "the answer is not JSON-RPC: " + parsed.fault->message);
  for (protocol::Message& message : parsed.messages) {
    if (auto* response = std::get_if<protocol::Response>(&message)) {
      TakeResponse(*response, parsed.is_batch);
    } else if (auto* notification = std::get_if<protocol::Notification>(&message)) {
      TakeNotification(*notification);
    } else if (std::holds_alternative<protocol::Request>(message)) {
      Throw(std::errc::protocol_error, "the other end of the pipe sent a request of its own");
    } else {
      Throw(std::errc::bad_message, "the answer is no message of JSON-RPC 2.0");
    }
  }
}

void Connection::TakeResponse(protocol::Response& response, bool is_in_batch) {
  protocol::Error* const error = response.outcome.ok() ? nullptr : &response.outcome.error();
  const auto rpc_error = [&] {
    return RpcError(response.error_code, error->message, std::move(error->data));
  };
  // An error under no id is about the connection: it could not tell to what it belongs, and closes.
  if (std::holds_alternative<std::monostate>(response.id) && error != nullptr) throw rpc_error();

  const auto* id = std::get_if<std::int64_t>(&response.id);
  Calls calls;
  {
    const std::lock_guard guard(lock_);
    const auto found = id == nullptr ? under_way_.end() : under_way_.find(*id);
    if (found == under_way_.end()) {
      if (id != nullptr && abandoned_.erase(*id) != 0) return;
      // Nothing more was wanted once it failed.
      if (has_failed_) return;
      Throw(std::errc::protocol_error, "an answer came to something that was not asked");
    }
    const ExchangePtr exchange = found->second;
    if (exchange->is_in_batch != is_in_batch) {
      Throw(std::errc::protocol_error, is_in_batch ? "a batch came where one answer was expected"
                                                   : "a single answer came to a request of a batch");
    }
    End(exchange,
        error != nullptr ? Outcome(std::make_exception_ptr(rpc_error()))
                         : Outcome(*std::move(response.outcome)),
        calls);
  }
  Run(calls);
}

void Connection::TakeNotification(protocol::Notification& notification) {
  if (notification.method != "$/progress") {
    return events_.on_notification(std::move(notification.method), std::move(notification.params));
  }
  if (!notification.params.is_object()) return;
  const auto token = notification.params.find("token");
  const auto value = notification.params.find("value");
  if (token == notification.params.end() || value == notification.params.end()) return;
  const std::optional<protocol::Id> id = protocol::ToId(*token);
  const auto* number = id ? std::get_if<std::int64_t>(&*id) : nullptr;
  if (number == nullptr) return;
  ExchangePtr exchange;
  {
    const std::lock_guard guard(lock_);
    const auto found = under_way_.find(*number);
    if (found == under_way_.end() || !found->second->wants_progress) return;
    exchange = found->second;
    if (!exchange->on_progress) {
      exchange->progress.push_back(std::move(*value));
      ++waiting_progress_;
      if (exchange->waiter != reader_) NotifyWaiter(*exchange->waiter);
      return;
    }
  }
  exchange->on_progress(std::move(*value));
}

// ---- Ending ----

void Connection::End(const ExchangePtr& exchange, Outcome outcome, Calls& calls) {
  under_way_.erase(exchange->id);
  exchange->outcome = std::move(outcome);
  if (exchange->waiter == &background_) {
    --background_exchanges_;
    calls.push_back([exchange] { exchange->on_outcome(std::move(*exchange->outcome)); });
  } else if (exchange->waiter != reader_) {
    // The thread that reads looks when it has read.
    NotifyWaiter(*exchange->waiter);
  }
}

bool Connection::has_failed() const {
  const std::lock_guard guard(lock_);
  return has_failed_;
}

void Connection::Fail(std::exception_ptr error) {
  Guard guard(lock_);
  Fail(std::move(error), guard);
}

void Connection::Fail(std::exception_ptr error, Guard& guard) {
  if (has_failed_) return;
  has_failed_ = true;
  Calls calls;
  for (const auto& [id, exchange] : std::exchange(under_way_, {})) End(exchange, Outcome(error), calls);
  ::SetEvent(closed_.get());
  if (is_reading_) ::SetEvent(wake_.get());
  written_.NotifyAll();
  for (Waiter* waiter : waiting_) NotifyWaiter(*waiter);
  ClosePipeIfUnused();
  if (calls.empty()) return;
  // As in Look.
  guard.unlock();
  Run(calls);
  calls.clear();
  guard.lock();
}

void Connection::ClosePipeIfUnused() {
  if (has_failed_ && !is_reading_ && !is_writing_) pipe_.reset();
}

}  // namespace onbehalf::client
