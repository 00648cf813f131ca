#include "session.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "connection_error.h"
#include "onbehalf/protocol/json_rpc.h"
#include "request_text.h"
#include "retry_policy.h"
#include "stop_callback.h"

namespace onbehalf::client {
namespace {

using std::chrono::milliseconds;
using win32::Clock;

Clock::time_point DeadlineAfter(milliseconds timeout) {
  const Clock::time_point now = Clock::now();
  // In milliseconds, because a huge timeout overflows in nanoseconds.
  const auto longest = std::chrono::floor<milliseconds>(win32::kNoDeadline - now);
  return timeout >= longest ? win32::kNoDeadline : now + timeout;
}

Reconnector::Open OpenWith(const Options& options, const std::shared_ptr<CallbackThread>& callbacks,
                           const std::shared_ptr<NotificationHandler>& notifications) {
  Connection::Events events;
  events.on_notification = [notifications](std::string method, Json params) {
    notifications->Post(std::move(method), std::move(params));
  };
  events.has_room = [callbacks] { return callbacks->HasRoom(); };
  return
      [options, events](Clock::time_point deadline) { return Connection::Open(options, deadline, events); };
}

}  // namespace

ClientCore::Session::Session(const Options& options)
    : options_(options),
      // Not called after End, so not after this object is destroyed.
      callbacks_(std::make_shared<CallbackThread>([this] {
        if (const std::shared_ptr<Connection> connection = connections_->Alive()) connection->NotifyRoom();
      })),
      notifications_(std::make_shared<client::NotificationHandler>(callbacks_)),
      connections_(std::make_shared<Reconnector>(options, OpenWith(options, callbacks_, notifications_))),
      async_calls_(std::make_shared<AsyncCalls>(options, connections_, callbacks_)) {
  connections_->set_on_connected([calls = std::weak_ptr<AsyncCalls>(async_calls_)] {
    if (const std::shared_ptr<AsyncCalls> alive = calls.lock()) alive->OnConnected();
  });
}

ClientCore::Session::~Session() = default;

void ClientCore::Session::Connect() { connections_->Connect(DeadlineAfter(options_.connect_timeout)); }

void ClientCore::Session::Close() {
  connections_->Close(
      std::make_exception_ptr(std::system_error(std::make_error_code(std::errc::operation_canceled),
                                                "the client was closed before the response arrived")));
  async_calls_->Close();
}

void ClientCore::Session::End() {
  Close();
  async_calls_->Join();
  callbacks_->End();
}

ClientCore::Session::TimePoint ClientCore::Session::DeadlineOf(const client::CallOptions& options) const {
  return DeadlineAfter(options.timeout.value_or(options_.call_timeout));
}

template <typename Send>
void ClientCore::Session::Sent(Send send) {
  try {
    send();
  } catch (const std::system_error&) {
    throw NotSent{std::current_exception()};
  }
}

ClientCore::Session::Outcomes ClientCore::Session::Repeat(const client::CallOptions& options,
                                                          TimePoint deadline, const Attempt& attempt) {
  if (!options.idempotent || !connections_->MayReconnect()) {
    try {
      return attempt(*connections_->Current());
    } catch (const NotSent& failure) {
      std::rethrow_exception(failure.why);
    }
  }

  const StopCallback on_stop(options.stop, [this] { connections_->NotifyStop(); });
  Retry retry(Backoff(options_.first_backoff, options_.longest_backoff));
  for (;;) {
    const std::shared_ptr<Connection> connection = connections_->AwaitConnection(deadline, options.stop);
    Outcomes outcomes;
    std::exception_ptr not_sent;
    Recovery recovery = Recovery::kNone;
    try {
      outcomes = attempt(*connection);
      for (const client::Outcome& outcome : outcomes) {
        if (!outcome.ok()) recovery = std::max(recovery, RecoveryFrom(outcome.error()));
      }
    } catch (const NotSent& failure) {
      not_sent = failure.why;
      recovery = RecoveryFrom(not_sent);
    }
    const std::optional<milliseconds> delay = retry.DelayAfter(recovery);
    if (!delay && not_sent) std::rethrow_exception(not_sent);
    if (!delay) return outcomes;
    if (delay->count() != 0) connections_->Pause(*delay, deadline, options.stop);
  }
}

Json ClientCore::Session::Call(std::string_view method, const Json& params,
                               const client::CallOptions& options) {
  const bool wants_progress = static_cast<bool>(options.progress);
  CheckParams(params, wants_progress);
  const TimePoint deadline = DeadlineOf(options);
  Outcomes outcomes = Repeat(options, deadline, [&](Connection& connection) {
    Waiter waiter;
    waiter.may_overfill = InCallback::IsActive();
    const std::int64_t id = connection.NewId();
    const std::string text = RequestText(id, method, params, wants_progress);
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
    Outcomes outcome;
    outcome.push_back(std::move(*exchange->outcome));
    return outcome;
  });
  return std::move(outcomes.front()).result();
}

void ClientCore::Session::CallAsync(std::string_view method, Json params, const client::CallOptions& options,
                                    AsyncCalls::Done done, Delivery delivery) {
  async_calls_->Call(method, std::move(params), options, DeadlineOf(options), std::move(done), delivery);
}

std::vector<client::Outcome> ClientCore::Session::CallBatch(std::span<const client::BatchEntry> entries,
                                                            const client::CallOptions& options) {
  if (entries.empty()) throw std::invalid_argument("a batch must have at least one entry");
  if (options.progress) throw std::invalid_argument("a batch cannot have progress");
  for (const client::BatchEntry& entry : entries) CheckParams(entry.params, false);
  const TimePoint deadline = DeadlineOf(options);
  return Repeat(options, deadline, [&](Connection& connection) {
    Waiter waiter;
    waiter.may_overfill = InCallback::IsActive();
    std::vector<ExchangePtr> exchanges;
    std::vector<std::string> texts;
    for (const client::BatchEntry& entry : entries) {
      if (entry.is_notification) {
        texts.push_back(protocol::NotificationText(entry.method, entry.params));
        continue;
      }
      const std::int64_t id = connection.NewId();
      texts.push_back(RequestText(id, entry.method, entry.params, false));
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
    Outcomes outcomes;
    auto answered = exchanges.begin();
    for (const client::BatchEntry& entry : entries) {
      outcomes.push_back(entry.is_notification ? client::Outcome(Json(nullptr))
                                               : std::move(*(*answered++)->outcome));
    }
    return outcomes;
  });
}

void ClientCore::Session::Notify(std::string_view method, const Json& params) {
  CheckParams(params, false);
  connections_->Current()->SendUnanswered(protocol::NotificationText(method, params),
                                          DeadlineAfter(options_.call_timeout));
}

void ClientCore::Session::OnNotification(client::NotificationHandler::Function handler) {
  if (handler) async_calls_->StartThreads();
  notifications_->Set(std::move(handler),
                      [this](bool has_handler) { connections_->set_reads_always(has_handler); });
}

}  // namespace onbehalf::client
