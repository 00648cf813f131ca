#include "async_calls.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <mutex>
#include <system_error>
#include <utility>

#include "connection_error.h"
#include "request_text.h"
#include "retry_policy.h"
#include "stop_callback.h"

namespace onbehalf::client {
namespace {

using win32::Clock;

Outcome Closed() {
  return Outcome(
      ConnectionFailure(std::errc::operation_canceled, "the client was closed before the response arrived"));
}

// The final outcome of a call that was to be repeated; nullopt if it is repeated.
std::optional<Outcome> EndOf(NextStep step, const std::string& method, const Reconnector::Found& found) {
  switch (step) {
    case NextStep::kFailClosed:
      return Closed();
    case NextStep::kFailCancelled:
      return Outcome(std::make_exception_ptr(CancelledWhileWaiting()));
    case NextStep::kFailTimedOut:
      return Outcome(ConnectionFailure(std::errc::timed_out,
                                       "no response to " + method + " in time" +
                                           (found.last_failure.empty() ? "" : ": " + found.last_failure)));
    case NextStep::kSend:
    case NextStep::kConnect:
    case NextStep::kWait:
      break;
  }
  if (found.refusal) return Outcome(found.refusal);
  return std::nullopt;
}

}  // namespace

// Used by one thread at a time, except what the lock guards.
struct AsyncCalls::PendingCall {
  std::string method;
  Json params;
  CallOptions options;
  TimePoint deadline;
  std::optional<Retry> retry;  // nullopt: the call is sent at most once
  Done done;
  Delivery delivery;
  std::unique_ptr<StopCallback> on_stop;
  TimePoint not_before{};  // guarded by lock_, while it is in waiting_
  bool has_ended = false;  // only for the callback thread: no progress is reported any more
};

AsyncCalls::AsyncCalls(const Options& options, std::shared_ptr<Reconnector> connections,
                       std::shared_ptr<CallbackThread> callbacks)
    : backoff_(options.first_backoff, options.longest_backoff),
      connections_(std::move(connections)),
      callbacks_(std::move(callbacks)) {}

void AsyncCalls::Call(std::string_view method, Json params, const CallOptions& options, TimePoint deadline,
                      Done done, Delivery delivery) {
  CheckParams(params, static_cast<bool>(options.progress));
  const auto call = std::make_shared<PendingCall>();
  call->method = method;
  call->params = std::move(params);
  call->options = options;
  call->deadline = deadline;
  if (options.idempotent && !ThreadImpersonates() && connections_->MayReconnect())
    call->retry.emplace(backoff_);
  call->done = std::move(done);
  // After its progress, which is queued on that thread.
  call->delivery = options.progress ? Delivery::kOnCallbackThread : delivery;
  StartThreads();
  if (!call->retry) return Send(call, connections_->Current());
  const std::shared_ptr<Connection> connection = connections_->AwaitConnection(deadline, options.stop);
  try {
    Send(call, connection);
  } catch (const std::system_error&) {
    // It has failed in the meantime.
    if (RecoveryFrom(std::current_exception()) == Recovery::kNone) throw;
    OnOutcome(call, Outcome(std::current_exception()));
  }
}

void AsyncCalls::Send(const CallPtr& call, const std::shared_ptr<Connection>& connection) {
  const bool wants_progress = static_cast<bool>(call->options.progress);
  const std::int64_t id = connection->NewId();
  const std::string text = RequestText(id, call->method, call->params, wants_progress);
  std::function<void(Json)> on_progress;
  if (wants_progress) {
    on_progress = [callbacks = callbacks_, call](Json value) {
      callbacks->Post([call, value = std::move(value)] {
        if (!call->has_ended) call->options.progress(value);
      });
    };
  }
  const auto exchange = std::make_shared<Exchange>(Exchange{
      id, call->method, call->deadline, wants_progress, false, &connection->background(),
      [self = shared_from_this(), call](Outcome outcome) { self->OnOutcome(call, std::move(outcome)); },
      std::move(on_progress)});
  call->on_stop = std::make_unique<StopCallback>(
      call->options.stop, [connection, exchange] { connection->RequestStop(*exchange); });
  try {
    connection->Send({&exchange, 1}, text);
  } catch (...) {
    call->on_stop.reset();
    throw;
  }
}

void AsyncCalls::OnOutcome(const CallPtr& call, Outcome outcome) {
  call->on_stop.reset();
  std::optional<Backoff::Milliseconds> delay;
  if (!outcome.ok() && call->retry) delay = call->retry->DelayAfter(RecoveryFrom(outcome.error()));
  if (!delay) return Deliver(call, std::move(outcome));
  // Before the call waits, because it may be called at once.
  call->on_stop = std::make_unique<StopCallback>(call->options.stop, [this, call] {
    {
      const std::lock_guard guard(lock_);
      call->not_before = TimePoint();
    }
    Wake();
  });
  if (SendLater(call, Clock::now() + *delay)) {
    Wake();
  } else {
    End(call, Closed());
  }
}

bool AsyncCalls::SendLater(const CallPtr& call, TimePoint not_before) {
  const std::lock_guard guard(lock_);
  if (is_closed_) return false;
  call->not_before = call->options.stop.stop_requested() ? TimePoint() : not_before;
  waiting_.push_back(call);
  return true;
}

void AsyncCalls::End(const CallPtr& call, Outcome outcome) {
  call->on_stop.reset();
  Deliver(call, std::move(outcome));
}

void AsyncCalls::Deliver(const CallPtr& call, Outcome outcome) {
  if (call->delivery == Delivery::kAnywhere) return call->done(std::move(outcome));
  callbacks_->Post([call, outcome = std::move(outcome)]() mutable {
    // It may have timed out while a thread still reads its progress.
    call->has_ended = true;
    call->done(std::move(outcome));
  });
}

// ---- The thread ----

void AsyncCalls::StartThreads() {
  const std::lock_guard guard(lock_);
  if (thread_.joinable() || is_closed_) return;
  callbacks_->Start();
  thread_ = std::thread([self = shared_from_this()] { self->Run(); });
}

void AsyncCalls::Wake() {
  {
    const std::lock_guard guard(lock_);
    is_woken_ = true;
    woken_.NotifyAll();
  }
  // It may be reading, or about to read, for which it checks is_woken_ first.
  if (const std::shared_ptr<Connection> connection = connections_->Alive()) connection->NotifyBackground();
}

void AsyncCalls::Run() {
  for (;;) {
    TimePoint next = win32::kNoDeadline;
    std::vector<CallPtr> due;
    {
      const std::lock_guard guard(lock_);
      if (is_closed_) return;
      is_woken_ = false;
      const TimePoint now = waiting_.empty() ? TimePoint() : Clock::now();
      std::erase_if(waiting_, [&](const CallPtr& call) {
        const TimePoint when = std::min(call->not_before, call->deadline);
        if (when <= now) {
          due.push_back(call);
          return true;
        }
        next = std::min(next, when);
        return false;
      });
    }
    if (!due.empty()) {
      SendAgain(due);
      continue;
    }
    if (const std::shared_ptr<Connection> connection = connections_->Alive()) {
      connection->Serve([this] { return is_woken_.load(); }, next);
      continue;
    }
    const std::lock_guard guard(lock_);
    woken_.WaitUntil(lock_, next, [this] { return is_woken_.load(); });
  }
}

void AsyncCalls::SendAgain(const std::vector<CallPtr>& due) {
  const TimePoint now = Clock::now();
  // At most one attempt to connect for all of them, which the Reconnector limits so that this thread is soon back to
  // reading.
  TimePoint until = win32::kNoDeadline;
  bool may_connect = false;
  for (const CallPtr& call : due) {
    until = std::min(until, std::max(call->deadline, now));
    may_connect = may_connect || (call->deadline > now && !call->options.stop.stop_requested());
  }
  const Reconnector::Found found = connections_->Find(may_connect, until);
  for (const CallPtr& call : due) {
    const NextStep step =
        Decide(found.state, call->options.stop.stop_requested(), call->deadline, Clock::now());
    if (std::optional<Outcome> outcome = EndOf(step, call->method, found)) {
      End(call, std::move(*outcome));
    } else if (step != NextStep::kSend) {
      // Closed in the meantime, so Close has not seen this call.
      if (!SendLater(call, found.retry_at)) End(call, Closed());
    } else {
      call->on_stop.reset();
      // Not here: this thread reads, and the service may not read more before someone does.
      callbacks_->Post([self = shared_from_this(), call, connection = found.connection] {
        try {
          self->Send(call, connection);
        } catch (...) {
          self->OnOutcome(call, Outcome(std::current_exception()));
        }
      });
    }
  }
}

void AsyncCalls::Close() {
  std::vector<CallPtr> waiting;
  {
    const std::lock_guard guard(lock_);
    is_closed_ = true;
    waiting.swap(waiting_);
  }
  Wake();
  for (const CallPtr& call : waiting) End(call, Closed());
}

void AsyncCalls::Join() {
  std::thread thread;
  {
    const std::lock_guard guard(lock_);
    thread = std::move(thread_);
  }
  // Objects that an application gave to a call may own the client, and may be destroyed on any thread.
  JoinOrDetach(std::move(thread));
}

}  // namespace onbehalf::client
