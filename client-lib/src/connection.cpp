#include "connection.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <iterator>
#include <mutex>
#include <utility>
#include <variant>

#include "callback_thread.h"
#include "connection_error.h"
#include "onbehalf/protocol/framing.h"
#include "onbehalf/win32/win32_error.h"
#include "verified_pipe.h"

namespace onbehalf::client {
namespace {

using win32::Clock;

// One read: enough for a response of ordinary size.
constexpr std::size_t kReadBytes = 64 * 1024;
// How long sending a cancel may keep a thread from reading, and when it is tried again: the service may have stopped
// reading until someone reads what it has sent.
constexpr std::chrono::milliseconds kCancelPatience{100};
constexpr std::chrono::milliseconds kCancelRetry{20};

Outcome TimedOut(const std::string& method) {
  return Outcome(ConnectionFailure(std::errc::timed_out, "no response to " + method + " in time"));
}

bool IsAnyStopped(std::span<const ExchangePtr> exchanges) {
  return std::any_of(exchanges.begin(), exchanges.end(),
                     [](const ExchangePtr& each) { return each->is_stop_requested; });
}

void Run(const std::vector<std::function<void()>>& calls) {
  for (const auto& call : calls) call();
}

}  // namespace

std::shared_ptr<Connection> Connection::Open(const Options& options, TimePoint deadline, Events events) {
  return std::make_shared<Connection>(OpenVerifiedPipe(options, deadline), options, std::move(events));
}

Connection::Connection(pipe::ClientEnd pipe, const Options& options, Events events)
    : pipe_path_(PipePath(options)),
      events_(std::move(events)),
      closed_(MakeEvent(true)),
      answers_(options),
      buffer_(kReadBytes),
      pipe_(std::move(pipe)),
      reading_([this](const Waiter& waiter) { return MayRead(waiter); }) {
  background_.is_background = true;
}

Connection::~Connection() = default;

// ---- Writing ----

void Connection::Send(std::span<const ExchangePtr> exchanges, std::string_view text) {
  // A failure up to here leaves nothing behind.
  const std::string frame = protocol::ToFrame(protocol::Framing::kHeader, text);
  Calls calls;
  if (BeginSend(exchanges, calls)) {
    const DWORD code = Write(frame, exchanges.front()->deadline);
    EndSend(exchanges, code, calls);
  }
  Run(calls);
}

bool Connection::BeginSend(std::span<const ExchangePtr> exchanges, Calls& calls) {
  const TimePoint deadline = exchanges.front()->deadline;
  const std::lock_guard guard(lock_);
  const bool may_write = written_.WaitUntil(
      lock_, deadline, [&] { return !is_writing_ || has_failed_ || IsAnyStopped(exchanges); });
  const bool is_stopped = IsAnyStopped(exchanges);
  if (has_failed_)
    throw ConnectionError(std::errc::not_connected, "the connection to " + pipe_path_ + " is closed");
  if (!is_stopped && (!may_write || Clock::now() >= deadline)) {
    throw ConnectionError(std::errc::timed_out,
                          "the service did not read " + exchanges.front()->method + " in time");
  }
  if (is_stopped) {
    const RpcError cancelled(kRequestCancelled, "The request was cancelled before it was sent.", nullptr);
    for (const ExchangePtr& each : exchanges) End(each, Outcome(std::make_exception_ptr(cancelled)), calls);
    return false;
  }
  // Before they are written, because the responses may come at once.
  for (const ExchangePtr& each : exchanges) exchanges_.Add(each);
  BeginTurn();
  return true;
}

void Connection::EndSend(std::span<const ExchangePtr> exchanges, DWORD code, Calls& calls) {
  const bool is_background = exchanges.front()->waiter == &background_;
  const std::lock_guard guard(lock_);
  EndTurn();
  if (code == WAIT_TIMEOUT) {
    for (const ExchangePtr& each : exchanges) {
      if (exchanges_.Remove(*each)) End(each, TimedOut(exchanges.front()->method), calls);
    }
    Fail(ConnectionFailure(std::errc::connection_reset,
                           "the connection was closed because the service did not read a request in time"),
         calls);
  } else {
    // The service may have sent something before it closed; read that first.
    FailUnlessOver(code, calls);
  }
  // The new exchange has a deadline to enforce, and may need reading.
  if (is_background && !reading_.ReadsUntil(background_, exchanges.front()->deadline)) {
    reading_.Notify(background_);
  }
}

void Connection::SendUnanswered(std::string_view text, TimePoint deadline) {
  const std::string frame = protocol::ToFrame(protocol::Framing::kHeader, text);
  const char* const kTimedOut = "the service did not read the notification in time";
  {
    const std::lock_guard guard(lock_);
    const bool may_write = written_.WaitUntil(lock_, deadline, [&] { return !is_writing_ || has_failed_; });
    if (has_failed_)
      throw ConnectionError(std::errc::not_connected, "the connection to " + pipe_path_ + " is closed");
    if (!may_write) throw ConnectionError(std::errc::timed_out, kTimedOut);
    BeginTurn();
  }
  const DWORD code = Write(frame, deadline);
  std::exception_ptr error;
  Calls calls;
  {
    const std::lock_guard guard(lock_);
    EndTurn();
    if (code == ERROR_CANCELLED) {
      error = ConnectionFailure(std::errc::operation_canceled, "the connection was closed in the meantime");
    } else if (pipe::IsPipeClosed(code)) {
      error = ConnectionFailure(std::errc::connection_reset, "the service closed the connection");
    } else if (code == WAIT_TIMEOUT) {
      // Part of it may have arrived.
      error = ConnectionFailure(std::errc::timed_out, kTimedOut);
    } else if (code != ERROR_SUCCESS) {
      error = std::make_exception_ptr(win32::Win32Error(code, "WriteFile", pipe_path_));
    }
    // What the service sent before it closed is still to be read by those who wait for it.
    const bool goes_on = code == ERROR_CANCELLED || (pipe::IsPipeClosed(code) && !exchanges_.empty());
    if (error && !goes_on) Fail(error, calls);
  }
  Run(calls);
  if (error) std::rethrow_exception(error);
}

DWORD Connection::Write(std::string_view frame, TimePoint deadline) {
  try {
    // Not closed while is_writing_.
    return pipe_->Write(frame, deadline, closed_.get()).code;
  } catch (const win32::Win32Error& error) {
    return error.win32_code();
  }
}

void Connection::BeginTurn() {
  is_writing_ = true;
  if (InCallback::IsActive()) {
    ++writers_in_callbacks_;
    reading_.NotifyNext();
  }
}

void Connection::EndTurn() {
  if (InCallback::IsActive()) --writers_in_callbacks_;
  is_writing_ = false;
  written_.NotifyAll();
  ClosePipeIfUnused();
}

bool Connection::TryCancel(std::int64_t id) {
  const std::string frame = protocol::ToFrame(protocol::Framing::kHeader,
                                              protocol::NotificationText("$/cancelRequest", {{"id", id}}));
  {
    const std::lock_guard guard(lock_);
    if (has_failed_) return true;
    if (is_writing_) return false;
    BeginTurn();
  }
  const DWORD code = Write(frame, Clock::now() + kCancelPatience);
  // One message: the service reads it completely or, if its write is cancelled, not at all.
  const bool was_taken = code != WAIT_TIMEOUT;
  Calls calls;
  {
    const std::lock_guard guard(lock_);
    EndTurn();
    if (was_taken) FailUnlessOver(code, calls);
  }
  Run(calls);
  return was_taken;
}

// ---- Waiting ----

void Connection::Await(Waiter& waiter, std::span<const ExchangePtr> exchanges,
                       const std::function<void(const Json&)>& on_progress) {
  for (;;) {
    // Also while progress keeps coming.
    const TimePoint until = CheckDeadlines(waiter);
    std::deque<Json> progress;
    const auto is_ready = [&] {
      progress = exchanges_.TakeProgress(exchanges);
      return !progress.empty() || std::all_of(exchanges.begin(), exchanges.end(),
                                              [](const auto& each) { return each->outcome.has_value(); });
    };
    switch (AwaitTurn(waiter, until, is_ready)) {
      case Turn::kRead:
        ReadInTurn(until);
        break;
      case Turn::kNotified:
        break;
      case Turn::kReady: {
        if (progress.empty()) return;
        // Other threads continue reading.
        const InCallback in_callback;
        for (const Json& value : progress) on_progress(value);
        break;
      }
    }
  }
}

void Connection::Forget(Waiter& waiter, std::span<const ExchangePtr> exchanges) {
  std::vector<std::int64_t> given_up;
  {
    const std::lock_guard guard(lock_);
    reading_.EndWait(waiter);
    exchanges_.DropProgress(exchanges);
    for (const ExchangePtr& each : exchanges) {
      if (exchanges_.Abandon(*each)) given_up.push_back(each->id);
    }
    // Discarding their progress makes room.
    reading_.Leave(waiter);
  }
  for (const std::int64_t id : given_up) TryCancel(id);
}

void Connection::Serve(const std::function<bool()>& ends, TimePoint until) {
  const auto is_ready = [&] {
    return has_failed_ || ends() || (until != win32::kNoDeadline && Clock::now() >= until);
  };
  for (;;) {
    const TimePoint next = std::min(CheckDeadlines(background_), until);
    switch (AwaitTurn(background_, next, is_ready)) {
      case Turn::kRead:
        ReadInTurn(next);
        break;
      case Turn::kNotified:
        break;
      case Turn::kReady:
        return;
    }
  }
}

Connection::TimePoint Connection::CheckDeadlines(Waiter& waiter) {
  const TimePoint now = Clock::now();
  std::vector<ExchangePtr> mine;
  std::vector<ExchangePtr> to_cancel;
  {
    const std::lock_guard guard(lock_);
    mine = exchanges_.Of(waiter);
    std::copy_if(mine.begin(), mine.end(), std::back_inserter(to_cancel), [now](const ExchangePtr& each) {
      return !each->is_cancel_sent && (now >= each->deadline || each->is_stop_requested);
    });
  }
  for (const ExchangePtr& each : to_cancel) {
    // Each failed attempt has kept this thread from reading.
    if (!TryCancel(each->id)) break;
    const std::lock_guard guard(lock_);
    each->is_cancel_sent = true;
  }
  TimePoint next = win32::kNoDeadline;
  Calls calls;
  {
    const std::lock_guard guard(lock_);
    for (const ExchangePtr& each : mine) {
      if (each->outcome) continue;
      if (now >= each->deadline) {
        // If the service cannot be told, its own deadline ends the request.
        exchanges_.Abandon(*each);
        End(each, TimedOut(each->method), calls);
        continue;
      }
      next = std::min(next, each->deadline);
      if (each->is_stop_requested && !each->is_cancel_sent)
        next = std::min(next, Clock::now() + kCancelRetry);
    }
    if (exchanges_.HasTooManyAbandoned()) {
      Fail(ConnectionFailure(std::errc::connection_reset, "the service does not respond to requests"), calls);
    }
  }
  Run(calls);
  return next;
}

template <typename IsReady>
Connection::Turn Connection::AwaitTurn(Waiter& waiter, TimePoint until, const IsReady& is_ready) {
  const std::lock_guard guard(lock_);
  if (is_ready()) {
    reading_.Leave(waiter);
    return Turn::kReady;
  }
  if (std::exchange(waiter.is_notified, false)) return Turn::kNotified;
  if (pipe_ && reading_.Take(waiter, until)) return Turn::kRead;
  reading_.Leave(waiter);
  reading_.BeginWait(waiter);
  waiter.changed.WaitUntil(lock_, until, [&] { return waiter.is_notified; });
  reading_.EndWait(waiter);
  waiter.is_notified = false;
  return Turn::kNotified;
}

void Connection::ReadInTurn(TimePoint deadline) {
  std::exception_ptr error;
  try {
    Read(deadline);
  } catch (...) {
    error = std::current_exception();
  }
  Calls calls;
  {
    const std::lock_guard guard(lock_);
    reading_.EndRead();
    if (error) Fail(std::move(error), calls);
    ClosePipeIfUnused();
  }
  Run(calls);
}

bool Connection::MayRead(const Waiter& waiter) const {
  if (waiter.is_background && !reads_always_ && !exchanges_.HasBackground()) return false;
  return waiter.may_overfill || writers_in_callbacks_ > 0 ||
         (exchanges_.HasRoomForProgress() && events_.has_room());
}

void Connection::RequestStop(Exchange& exchange) {
  const std::lock_guard guard(lock_);
  exchange.is_stop_requested = true;
  // It may still wait for its turn to write.
  written_.NotifyAll();
  if (exchanges_.Find(exchange.id)) reading_.Notify(*exchange.waiter);
}

void Connection::set_reads_always(bool reads_always) {
  const std::lock_guard guard(lock_);
  reads_always_ = reads_always;
  reading_.Notify(background_);
}

void Connection::NotifyBackground() {
  const std::lock_guard guard(lock_);
  reading_.Notify(background_);
}

void Connection::NotifyRoom() {
  const std::lock_guard guard(lock_);
  reading_.NotifyNext();
}

// ---- Reading ----

void Connection::Read(TimePoint deadline) {
  // Not closed while a thread reads.
  const pipe::IoResult read = pipe_->Read(buffer_, deadline, reading_.wake_event());
  if (read.status == pipe::Status::kTimeout || read.status == pipe::Status::kStopped) return;
  if (read.status == pipe::Status::kClosed)
    throw ConnectionError(std::errc::connection_reset,
                          "the service closed the connection before the response arrived");
  answers_.Take({buffer_.data(), read.bytes});
  while (std::optional<protocol::ParsedFrame> frame = answers_.Next()) TakeFrame(*frame);
}

void Connection::TakeFrame(protocol::ParsedFrame& frame) {
  for (protocol::Message& message : frame.messages) {
    if (auto* response = std::get_if<protocol::Response>(&message)) {
      TakeResponse(*response, frame.is_batch);
    } else if (auto* notification = std::get_if<protocol::Notification>(&message)) {
      TakeNotification(*notification);
    } else if (std::holds_alternative<protocol::Request>(message)) {
      throw ConnectionError(std::errc::protocol_error, "the other end of the pipe sent a request");
    } else {
      throw ConnectionError(std::errc::bad_message, "the response is not a JSON-RPC 2.0 message");
    }
  }
}

void Connection::TakeResponse(protocol::Response& response, bool is_in_batch) {
  const bool is_error = !response.outcome.ok();
  // An error with a null id is about the connection: the service could not tell which request it belongs to, and
  // closes.
  if (std::holds_alternative<std::monostate>(response.id) && is_error) throw ToRpcError(response);

  const auto* id = std::get_if<std::int64_t>(&response.id);
  Calls calls;
  {
    const std::lock_guard guard(lock_);
    const ExchangePtr exchange = id == nullptr ? nullptr : exchanges_.Find(*id);
    if (!exchange) {
      if (id != nullptr && exchanges_.TakeAbandoned(*id)) return;
      // After a failure nothing more is wanted.
      if (has_failed_) return;
      throw ConnectionError(std::errc::protocol_error, "a response arrived that matches no request");
    }
    if (exchange->is_in_batch != is_in_batch) {
      throw ConnectionError(std::errc::protocol_error,
                            is_in_batch ? "a batch arrived where a single response was expected"
                                        : "a single response arrived for a request in a batch");
    }
    exchanges_.Remove(*exchange);
    End(exchange,
        is_error ? Outcome(std::make_exception_ptr(ToRpcError(response)))
                 : Outcome(*std::move(response.outcome)),
        calls);
  }
  Run(calls);
}

void Connection::TakeNotification(protocol::Notification& notification) {
  if (notification.method != "$/progress") {
    return events_.on_notification(std::move(notification.method), std::move(notification.params));
  }
  std::optional<ProgressReport> progress = ToProgress(notification);
  if (!progress) return;
  ExchangePtr exchange;
  {
    const std::lock_guard guard(lock_);
    exchange = exchanges_.Find(progress->id);
    if (!exchange || !exchange->wants_progress) return;
    if (!exchange->on_progress) {
      exchanges_.AddProgress(*exchange, std::move(progress->value));
      reading_.NotifyUnlessReader(*exchange->waiter);
      return;
    }
  }
  exchange->on_progress(std::move(progress->value));
}

// ---- Ending ----

void Connection::End(const ExchangePtr& exchange, Outcome outcome, Calls& calls) {
  exchange->outcome = std::move(outcome);
  if (exchange->waiter == &background_) {
    calls.push_back([exchange] { exchange->on_outcome(std::move(*exchange->outcome)); });
  } else {
    reading_.NotifyUnlessReader(*exchange->waiter);
  }
}

bool Connection::has_failed() const {
  const std::lock_guard guard(lock_);
  return has_failed_;
}

void Connection::Fail(std::exception_ptr error) {
  Calls calls;
  {
    const std::lock_guard guard(lock_);
    Fail(std::move(error), calls);
  }
  Run(calls);
}

void Connection::FailUnlessOver(DWORD code, Calls& calls) {
  // Cancelled: Fail has been called.
  if (code == ERROR_SUCCESS || code == ERROR_CANCELLED || pipe::IsPipeClosed(code)) return;
  Fail(std::make_exception_ptr(win32::Win32Error(code, "WriteFile", pipe_path_)), calls);
}

void Connection::Fail(std::exception_ptr error, Calls& calls) {
  if (has_failed_) return;
  has_failed_ = true;
  for (const ExchangePtr& exchange : exchanges_.RemoveAll()) End(exchange, Outcome(error), calls);
  ::SetEvent(closed_.get());
  reading_.Interrupt();
  written_.NotifyAll();
  reading_.NotifyAllWaiting();
  ClosePipeIfUnused();
}

void Connection::ClosePipeIfUnused() {
  if (has_failed_ && !reading_.is_reading() && !is_writing_) pipe_.reset();
}

}  // namespace onbehalf::client
