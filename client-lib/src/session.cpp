#include "session.h"

#include <algorithm>
#include <random>
#include <system_error>
#include <utility>

#include "onbehalf/protocol/error_code.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/win32_error.h"
#include "server_trust.h"
#include "stop_callback.h"

namespace onbehalf::client {
namespace {

using std::chrono::milliseconds;
using win32::Clock;

// One attempt to open the pipe again. It cannot be called off, so a client that is destroyed waits for its end.
constexpr milliseconds kAttempt{1'000};

[[noreturn]] void Throw(std::errc code, const std::string& what) {
  throw std::system_error(std::make_error_code(code), what);
}

Outcome Failure(std::errc code, const std::string& what) {
  return Outcome(std::make_exception_ptr(std::system_error(std::make_error_code(code), what)));
}

RpcError Cancelled() {
  return RpcError(kRequestCancelled, "The request was cancelled before it was sent again.", nullptr);
}

win32::Clock::time_point DeadlineAfter(milliseconds timeout) {
  const Clock::time_point now = Clock::now();
  // In milliseconds: an enormous timeout is no number of nanoseconds.
  const auto longest = std::chrono::floor<milliseconds>(win32::kNoDeadline - now);
  return timeout >= longest ? win32::kNoDeadline : now + timeout;
}

void CheckParams(const Json& params, bool wants_progress) {
  if (!params.is_null() && !params.is_object() && !params.is_array()) {
    throw std::invalid_argument("params must be an object, an array or null");
  }
  if (wants_progress && params.is_array()) {
    throw std::invalid_argument(
        "a call that asks for progress needs its parameters by name (an object) or none");
  }
}

std::string TextOf(std::int64_t id, std::string_view method, const Json& params, bool wants_progress) {
  if (!wants_progress) return protocol::RequestText(id, method, params);
  Json with_token = params;
  with_token["progressToken"] = id;
  return protocol::RequestText(id, method, with_token);
}

// Whether what Windows said of a pipe or its network may be otherwise a moment later.
bool IsPassing(const std::system_error& failure) {
  if (failure.code().category() != std::system_category()) return false;
  switch (failure.code().value()) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PIPE_BUSY:
    case ERROR_SEM_TIMEOUT:
    case ERROR_BROKEN_PIPE:
    case ERROR_NO_DATA:
    case ERROR_PIPE_NOT_CONNECTED:
    case ERROR_BAD_NETPATH:
    case ERROR_NETNAME_DELETED:
    case ERROR_NETWORK_UNREACHABLE:
    case ERROR_HOST_UNREACHABLE:
      return true;
    default:
      return false;
  }
}

// What may be otherwise when an idempotent call is sent once more.
enum class Passing { kNo, kConnectionLost, kServiceStops };

Passing PassingOf(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::system_error& failure) {
    const std::error_code& code = failure.code();
    const bool is_lost =
        code == std::errc::connection_reset || code == std::errc::not_connected || IsPassing(failure);
    return is_lost ? Passing::kConnectionLost : Passing::kNo;
  } catch (const RpcError& answer) {
    return answer.code() == static_cast<int>(protocol::ErrorCode::kShuttingDown) ? Passing::kServiceStops
                                                                                 : Passing::kNo;
  } catch (...) {
    return Passing::kNo;
  }
}

bool ThreadImpersonates() {
  try {
    return win32::Token::FromThread(TOKEN_QUERY).has_value();
  } catch (const win32::Win32Error&) {
    // There is one, which may not be looked at.
    return true;
  }
}

// Up to a quarter less, so that the clients of a service that starts again do not all come at once.
milliseconds Spread(milliseconds backoff) {
  thread_local std::minstd_rand random(std::random_device{}());
  return backoff -
         milliseconds(std::uniform_int_distribution<milliseconds::rep>(0, backoff.count() / 4)(random));
}

}  // namespace

// One call of CallAsync until its outcome is delivered. Used by one thread at a time, except what the lock guards.
struct Client::Session::AsyncCall {
  std::string method;
  Json params;
  CallOptions options;
  TimePoint deadline;
  bool may_repeat = false;
  Callback done;
  std::shared_ptr<std::promise<Json>> promise;
  std::unique_ptr<StopCallback> on_stop;
  bool was_repeated = false;
  Milliseconds backoff{0};
  TimePoint not_before{};  // under lock_, while it is in repeats_
  bool has_ended = false;  // for the thread of the callbacks alone: no progress is told any more
};

Client::Session::Session(const Options& options)
    : options_(options), callbacks_([this] {
        std::shared_ptr<Connection> connection;
        {
          const std::lock_guard guard(lock_);
          connection = connection_;
        }
        if (connection) connection->NotifyRoom();
      }) {}

Client::Session::~Session() = default;

// ---- The connection ----

void Client::Session::Connect() {
  was_opened_impersonating_ = ThreadImpersonates();
  std::shared_ptr<Connection> connection =
      Connection::Open(options_, DeadlineAfter(options_.connect_timeout), MakeEvents());
  const std::lock_guard guard(lock_);
  connection_ = std::move(connection);
}

Connection::Events Client::Session::MakeEvents() {
  Connection::Events events;
  events.on_notification = [this](std::string method, Json params) {
    {
      const std::lock_guard guard(handler_lock_);
      if (!handler_) return;
    }
    callbacks_.Post([self = shared_from_this(), method = std::move(method), params = std::move(params)] {
      self->Handle(method, params);
    });
  };
  events.has_room = [this] { return callbacks_.HasRoom(); };
  return events;
}

bool Client::Session::IsAlive() const { return connection_ && !connection_->has_failed(); }

bool Client::Session::IsConnected() const {
  const std::lock_guard guard(lock_);
  return !is_closed_ && IsAlive();
}

std::shared_ptr<Connection> Client::Session::Current() const {
  const std::lock_guard guard(lock_);
  if (is_closed_) Throw(std::errc::not_connected, "the connection to " + PipePath(options_) + " is closed");
  return connection_;
}

bool Client::Session::MayReconnect() const {
  return IsLocal(options_.server) || (!was_opened_impersonating_ && !ThreadImpersonates());
}

std::shared_ptr<Connection> Client::Session::CurrentOrNew(TimePoint deadline, const std::stop_token& stop) {
  Guard guard(lock_);
  for (bool has_waited = false;; has_waited = true) {
    if (is_closed_) {
      Throw(has_waited ? std::errc::operation_canceled : std::errc::not_connected,
            "the connection to " + PipePath(options_) + " is closed");
    }
    if (IsAlive()) return connection_;
    if (stop.stop_requested()) throw Cancelled();
    const TimePoint now = Clock::now();
    if (now >= deadline) {
      Throw(std::errc::timed_out, "no connection to " + PipePath(options_) + " in time" +
                                      (last_failure_.empty() ? "" : ": " + last_failure_));
    }
    if (is_connecting_ || now < next_attempt_) {
      const TimePoint until = is_connecting_ ? deadline : std::min(deadline, next_attempt_);
      const bool was_connecting = is_connecting_;
      changed_.WaitUntil(lock_, until, [&] {
        return is_closed_ || stop.stop_requested() || IsAlive() || (was_connecting && !is_connecting_);
      });
      continue;
    }
    TryConnect(deadline, guard);
  }
}

bool Client::Session::TryConnect(TimePoint deadline, Guard& guard) {
  is_connecting_ = true;
  guard.unlock();
  std::shared_ptr<Connection> connection;
  std::exception_ptr lasting;
  std::string passing;
  try {
    connection = Connection::Open(options_, std::min(deadline, Clock::now() + kAttempt), MakeEvents());
  } catch (const std::system_error& error) {
    if (IsPassing(error)) {
      passing = error.what();
    } else {
      lasting = std::current_exception();
    }
  } catch (...) {
    lasting = std::current_exception();
  }
  guard.lock();
  is_connecting_ = false;
  changed_.NotifyAll();
  if (lasting) std::rethrow_exception(lasting);
  if (!connection) {
    last_failure_ = passing;
    backoff_ = NextBackoff(backoff_);
    next_attempt_ = Clock::now() + Spread(backoff_);
    return false;
  }
  backoff_ = Milliseconds(0);
  if (is_closed_) {
    connection->Fail(std::errc::operation_canceled, "the client was closed");
  } else {
    const std::lock_guard handler_guard(handler_lock_);
    connection->set_reads_always(handler_ != nullptr);
    connection_ = std::move(connection);
  }
  return true;
}

Client::Session::Milliseconds Client::Session::NextBackoff(Milliseconds last) const {
  if (last.count() == 0) return options_.first_backoff;
  return last >= options_.longest_backoff / 2 ? options_.longest_backoff : last * 2;
}

void Client::Session::Close() {
  std::shared_ptr<Connection> connection;
  std::vector<AsyncCallPtr> repeats;
  {
    const std::lock_guard guard(lock_);
    is_closed_ = true;
    connection = connection_;
    repeats.swap(repeats_);
    changed_.NotifyAll();
  }
  constexpr const char* kClosed = "the client was closed before the answer came";
  if (connection) {
    connection->Fail(std::errc::operation_canceled, kClosed);
    connection->NotifyBackground();
  }
  for (const AsyncCallPtr& call : repeats) {
    call->on_stop.reset();
    Deliver(call, Failure(std::errc::operation_canceled, kClosed));
  }
}

void Client::Session::End() {
  Close();
  std::thread background;
  {
    const std::lock_guard guard(lock_);
    background = std::move(background_);
  }
  if (background.joinable()) {
    // What an application gave to a call may own the client, and may be destroyed on any thread.
    if (background.get_id() == std::this_thread::get_id()) {
      background.detach();
    } else {
      background.join();
    }
  }
  callbacks_.End();
}

// ---- Calls that wait ----

Client::Session::TimePoint Client::Session::DeadlineOf(const CallOptions& options) const {
  return DeadlineAfter(options.timeout.value_or(options_.call_timeout));
}

template <typename Send>
void Client::Session::Sent(Send send) {
  try {
    send();
  } catch (const std::system_error&) {
    throw NotSent{std::current_exception()};
  }
}

std::vector<Outcome> Client::Session::Repeat(const CallOptions& options, TimePoint deadline,
                                             const Attempt& attempt) {
  if (!options.idempotent || !MayReconnect()) {
    try {
      return attempt(*Current());
    } catch (const NotSent& failure) {
      std::rethrow_exception(failure.why);
    }
  }

  const StopCallback on_stop(options.stop, [this] {
    const std::lock_guard guard(lock_);
    changed_.NotifyAll();
  });
  bool was_repeated = false;
  Milliseconds backoff{0};
  for (;;) {
    const std::shared_ptr<Connection> connection = CurrentOrNew(deadline, options.stop);
    std::vector<Outcome> outcomes;
    Passing passing = Passing::kNo;
    try {
      outcomes = attempt(*connection);
      for (const Outcome& outcome : outcomes) {
        if (!outcome.ok()) passing = std::max(passing, PassingOf(outcome.error()));
      }
    } catch (const NotSent& failure) {
      passing = PassingOf(failure.why);
      if (passing == Passing::kNo) std::rethrow_exception(failure.why);
    }
    if (passing == Passing::kNo) return outcomes;
    if (was_repeated || passing == Passing::kServiceStops) {
      backoff = NextBackoff(backoff);
      const std::lock_guard guard(lock_);
      changed_.WaitUntil(lock_, std::min(deadline, Clock::now() + Spread(backoff)),
                         [&] { return is_closed_ || options.stop.stop_requested(); });
    }
    was_repeated = true;
  }
}

Json Client::Session::Call(std::string_view method, const Json& params, const CallOptions& options) {
  const bool wants_progress = static_cast<bool>(options.progress);
  CheckParams(params, wants_progress);
  const TimePoint deadline = DeadlineOf(options);
  std::vector<Outcome> outcomes = Repeat(options, deadline, [&](Connection& connection) {
    Waiter waiter;
    waiter.may_overfill = InCallback::IsActive();
    const std::int64_t id = connection.NewId();
    const std::string text = TextOf(id, method, params, wants_progress);
    const auto exchange = std::make_shared<Exchange>(
        Exchange{id, std::string(method), deadline, wants_progress, false, &waiter});
    const StopCallback on_stop(options.stop, [&] { connection.RequestStop(*exchange); });
    try {
      Sent([&] { connection.Send({&exchange, 1}, text); });
      connection.Await(waiter, {&exchange, 1}, options.progress);
    } catch (...) {
      connection.Forget(waiter, {&exchange, 1});
      throw;
    }
    std::vector<Outcome> outcome;
    outcome.push_back(std::move(*exchange->outcome));
    return outcome;
  });
  return std::move(outcomes.front()).result();
}

std::vector<Outcome> Client::Session::CallBatch(std::span<const BatchEntry> entries,
                                                const CallOptions& options) {
  if (entries.empty()) throw std::invalid_argument("a batch has at least one entry");
  if (options.progress) throw std::invalid_argument("a batch gets no progress");
  for (const BatchEntry& entry : entries) CheckParams(entry.params, false);
  const TimePoint deadline = DeadlineOf(options);
  return Repeat(options, deadline, [&](Connection& connection) {
    Waiter waiter;
    waiter.may_overfill = InCallback::IsActive();
    std::vector<ExchangePtr> exchanges;
    std::vector<std::string> texts;
    for (const BatchEntry& entry : entries) {
      if (entry.is_notification) {
        texts.push_back(protocol::NotificationText(entry.method, entry.params));
        continue;
      }
      const std::int64_t id = connection.NewId();
      texts.push_back(TextOf(id, entry.method, entry.params, false));
      exchanges.push_back(
          std::make_shared<Exchange>(Exchange{id, entry.method, deadline, false, true, &waiter}));
    }
    const std::string text = protocol::BatchText(texts);
    if (exchanges.empty()) {
      Sent([&] { connection.SendUnanswered(text, deadline); });
    } else {
      const StopCallback on_stop(options.stop, [&] {
        for (const ExchangePtr& exchange : exchanges) connection.RequestStop(*exchange);
      });
      try {
        Sent([&] { connection.Send(exchanges, text); });
        connection.Await(waiter, exchanges, {});
      } catch (...) {
        connection.Forget(waiter, exchanges);
        throw;
      }
    }
    std::vector<Outcome> outcomes;
    auto answered = exchanges.begin();
    for (const BatchEntry& entry : entries) {
      outcomes.push_back(entry.is_notification ? Outcome(Json(nullptr)) : std::move(*(*answered++)->outcome));
    }
    return outcomes;
  });
}

void Client::Session::Notify(std::string_view method, const Json& params) {
  CheckParams(params, false);
  Current()->SendUnanswered(protocol::NotificationText(method, params), DeadlineAfter(options_.call_timeout));
}

// ---- Calls that nobody waits for ----

void Client::Session::CallAsync(std::string_view method, const Json& params, const CallOptions& options,
                                Callback done, std::shared_ptr<std::promise<Json>> promise) {
  CheckParams(params, static_cast<bool>(options.progress));
  const auto call = std::make_shared<AsyncCall>();
  call->method = method;
  call->params = params;
  call->options = options;
  call->deadline = DeadlineOf(options);
  call->may_repeat = options.idempotent && !ThreadImpersonates() && MayReconnect();
  call->done = std::move(done);
  call->promise = std::move(promise);
  StartBackground();
  if (!call->may_repeat) return SendAsync(call, Current());
  const std::shared_ptr<Connection> connection = CurrentOrNew(call->deadline, options.stop);
  try {
    SendAsync(call, connection);
  } catch (const std::system_error&) {
    // It has failed since it was looked at.
    if (PassingOf(std::current_exception()) == Passing::kNo) throw;
    OnOutcome(call, Outcome(std::current_exception()));
  }
}

void Client::Session::SendAsync(const AsyncCallPtr& call, const std::shared_ptr<Connection>& connection) {
  const bool wants_progress = static_cast<bool>(call->options.progress);
  const std::int64_t id = connection->NewId();
  const std::string text = TextOf(id, call->method, call->params, wants_progress);
  const auto self = shared_from_this();
  std::function<void(Json)> on_progress;
  if (wants_progress) {
    on_progress = [self, call](Json value) {
      self->callbacks_.Post([call, value = std::move(value)] {
        if (!call->has_ended) call->options.progress(value);
      });
    };
  }
  const auto exchange = std::make_shared<Exchange>(Exchange{
      id, call->method, call->deadline, wants_progress, false, &connection->background(),
      [self, call](Outcome outcome) { self->OnOutcome(call, std::move(outcome)); }, std::move(on_progress)});
  call->on_stop = std::make_unique<StopCallback>(
      call->options.stop, [connection, exchange] { connection->RequestStop(*exchange); });
  try {
    connection->Send({&exchange, 1}, text);
  } catch (...) {
    call->on_stop.reset();
    throw;
  }
}

void Client::Session::OnOutcome(const AsyncCallPtr& call, Outcome outcome) {
  call->on_stop.reset();
  const Passing passing = outcome.ok() || !call->may_repeat ? Passing::kNo : PassingOf(outcome.error());
  if (passing == Passing::kNo) return Deliver(call, std::move(outcome));
  const bool at_once = !call->was_repeated && passing == Passing::kConnectionLost;
  call->was_repeated = true;
  if (!at_once) call->backoff = NextBackoff(call->backoff);
  call->not_before = Clock::now() + Spread(call->backoff);
  // Before it is among the repeats: it may be called at once.
  call->on_stop = std::make_unique<StopCallback>(call->options.stop, [this, call] {
    const std::lock_guard guard(lock_);
    call->not_before = TimePoint();
    repeats_changed_ = true;
    changed_.NotifyAll();
    if (connection_) connection_->NotifyBackground();
  });
  {
    const std::lock_guard guard(lock_);
    if (!is_closed_) {
      repeats_.push_back(call);
      repeats_changed_ = true;
      changed_.NotifyAll();
      if (connection_) connection_->NotifyBackground();
      return;
    }
  }
  call->on_stop.reset();
  Deliver(call, Failure(std::errc::operation_canceled, "the client was closed before the answer came"));
}

void Client::Session::Deliver(const AsyncCallPtr& call, Outcome outcome) {
  const auto keep_promise = [](const AsyncCallPtr& of, Outcome with) {
    if (with.ok()) {
      of->promise->set_value(std::move(with).result());
    } else {
      of->promise->set_exception(with.error());
    }
  };
  // After its progress, which is on its way there.
  if (call->promise && !call->options.progress) return keep_promise(call, std::move(outcome));
  callbacks_.Post([call, keep_promise, outcome = std::move(outcome)]() mutable {
    // Its time may be over while somebody else still reads its progress.
    call->has_ended = true;
    if (call->promise) return keep_promise(call, std::move(outcome));
    call->done(std::move(outcome));
  });
}

void Client::Session::StartBackground() {
  const std::lock_guard guard(lock_);
  if (background_.joinable() || is_closed_) return;
  callbacks_.Start();
  background_ = std::thread([self = shared_from_this()] { self->RunBackground(); });
}

void Client::Session::RunBackground() {
  Guard guard(lock_);
  while (!is_closed_) {
    repeats_changed_ = false;
    TimePoint until = win32::kNoDeadline;
    for (const AsyncCallPtr& call : repeats_) until = std::min({until, call->not_before, call->deadline});
    if (!repeats_.empty() && until <= Clock::now()) {
      RepeatDue(guard);
      continue;
    }
    if (!IsAlive()) {
      changed_.WaitUntil(lock_, until, [this] { return is_closed_ || repeats_changed_ || IsAlive(); });
      continue;
    }
    const std::shared_ptr<Connection> connection = connection_;
    guard.unlock();
    connection->Serve([this] { return is_closed_ || repeats_changed_; }, until);
    guard.lock();
  }
}

void Client::Session::RepeatDue(Guard& guard) {
  const TimePoint now = Clock::now();
  std::vector<AsyncCallPtr> due;
  std::erase_if(repeats_, [&](const AsyncCallPtr& call) {
    const bool is_due = call->not_before <= now || call->deadline <= now;
    if (is_due) due.push_back(call);
    return is_due;
  });
  // At most one attempt to connect, for all of them.
  std::exception_ptr lasting;
  const bool is_wanted = std::any_of(due.begin(), due.end(), [&](const AsyncCallPtr& call) {
    return call->deadline > now && !call->options.stop.stop_requested();
  });
  TimePoint until = now + kAttempt;
  for (const AsyncCallPtr& call : due) until = std::min(until, std::max(call->deadline, now));
  if (is_wanted && !IsAlive() && !is_connecting_ && next_attempt_ <= now) {
    try {
      TryConnect(until, guard);
    } catch (...) {
      lasting = std::current_exception();
    }
  }
  const std::shared_ptr<Connection> connection = IsAlive() ? connection_ : nullptr;
  const TimePoint next = is_connecting_ ? now + options_.first_backoff : next_attempt_;
  const std::string last_failure = last_failure_;
  guard.unlock();
  for (const AsyncCallPtr& call : due) {
    std::optional<Outcome> outcome;
    if (call->options.stop.stop_requested()) {
      outcome.emplace(std::make_exception_ptr(Cancelled()));
    } else if (call->deadline <= now) {
      outcome = Failure(std::errc::timed_out, "no answer to " + call->method + " in time" +
                                                  (last_failure.empty() ? "" : ": " + last_failure));
    } else if (lasting) {
      outcome.emplace(lasting);
    }
    if (outcome) {
      call->on_stop.reset();
      Deliver(call, std::move(*outcome));
      continue;
    }
    if (!connection) {
      const std::lock_guard relock(lock_);
      // Closed meanwhile: Close has not seen it.
      if (!is_closed_) {
        if (!call->options.stop.stop_requested()) call->not_before = next;
        repeats_.push_back(call);
        continue;
      }
    }
    call->on_stop.reset();
    if (!connection) {
      Deliver(call, Failure(std::errc::operation_canceled, "the client was closed before the answer came"));
      continue;
    }
    // Not here: this thread reads, and the service may take no more before somebody has.
    callbacks_.Post([self = shared_from_this(), call, connection] {
      try {
        self->SendAsync(call, connection);
      } catch (...) {
        self->OnOutcome(call, Outcome(std::current_exception()));
      }
    });
  }
  // What an application gave to a call may go with it, and may call the client as it goes.
  due.clear();
  guard.lock();
}

// ---- Notifications of the service ----

void Client::Session::OnNotification(NotificationHandler handler) {
  if (handler) StartBackground();
  std::shared_ptr<const NotificationHandler> other =
      handler ? std::make_shared<const NotificationHandler>(std::move(handler)) : nullptr;
  {
    const std::lock_guard guard(lock_);
    const std::lock_guard handler_guard(handler_lock_);
    handler_.swap(other);
    if (connection_) connection_->set_reads_always(handler_ != nullptr);
  }
  // `other` is now the one before, and goes when nothing is locked.
  if (callbacks_.IsThisThread()) return;
  const std::lock_guard guard(handler_lock_);
  handler_ended_.Wait(handler_lock_, [&] { return other == nullptr || running_handler_ != other.get(); });
}

void Client::Session::Handle(const std::string& method, const Json& params) {
  std::shared_ptr<const NotificationHandler> handler;
  {
    const std::lock_guard guard(handler_lock_);
    handler = handler_;
    running_handler_ = handler.get();
  }
  if (handler) (*handler)(method, params);
  const std::lock_guard guard(handler_lock_);
  running_handler_ = nullptr;
  handler_ended_.NotifyAll();
}

}  // namespace onbehalf::client
