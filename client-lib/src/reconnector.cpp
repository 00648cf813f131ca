#include "reconnector.h"

#include <algorithm>
#include <mutex>
#include <system_error>
#include <utility>

#include "connection_error.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/win32_error.h"
#include "pipe_path.h"
#include "server_trust.h"

namespace onbehalf::client {
namespace {

using win32::Clock;

// One attempt to reopen the pipe. It cannot be cancelled, so destroying the client waits for it.
constexpr std::chrono::milliseconds kMaxAttempt{1'000};

}  // namespace

bool ThreadImpersonates() {
  try {
    return win32::Token::FromThread(TOKEN_QUERY).has_value();
  } catch (const win32::Win32Error&) {
    // There is a token, but this thread may not open it.
    return true;
  }
}

RpcError CancelledWhileWaiting() {
  return RpcError(kRequestCancelled, "The request was cancelled before it was sent again.", nullptr);
}

Reconnector::Reconnector(const Options& options, Open open)
    : pipe_path_(PipePath(options)),
      is_local_(IsLocal(options.server)),
      first_backoff_(options.first_backoff),
      open_(std::move(open)),
      backoff_(options.first_backoff, options.longest_backoff) {}

void Reconnector::Connect(TimePoint deadline) {
  was_opened_impersonating_ = ThreadImpersonates();
  std::shared_ptr<Connection> connection = open_(deadline);
  const std::lock_guard guard(lock_);
  connection_ = std::move(connection);
}

bool Reconnector::IsAlive() const { return connection_ && !connection_->has_failed(); }

ConnectionState Reconnector::State() const { return {is_closed_, IsAlive(), is_connecting_, next_attempt_}; }

std::string Reconnector::ClosedText() const { return "the connection to " + pipe_path_ + " is closed"; }

bool Reconnector::IsConnected() const { return Alive() != nullptr; }

std::shared_ptr<Connection> Reconnector::Current() const {
  const std::lock_guard guard(lock_);
  if (is_closed_) throw ConnectionError(std::errc::not_connected, ClosedText());
  return connection_;
}

std::shared_ptr<Connection> Reconnector::Alive() const {
  const std::lock_guard guard(lock_);
  return !is_closed_ && IsAlive() ? connection_ : nullptr;
}

bool Reconnector::MayReconnect() const {
  return is_local_ || (!was_opened_impersonating_ && !ThreadImpersonates());
}

std::shared_ptr<Connection> Reconnector::AwaitConnection(TimePoint deadline, const std::stop_token& stop) {
  for (bool has_waited = false;; has_waited = true) {
    {
      const std::lock_guard guard(lock_);
      // An existing connection is used even by a call without time left, which then reports that the service did not
      // read it.
      if (!has_waited && !is_closed_ && IsAlive()) return connection_;
      const NextStep step = Decide(State(), stop.stop_requested(), deadline, Clock::now());
      switch (step) {
        case NextStep::kSend:
          return connection_;
        case NextStep::kFailClosed:
          throw ConnectionError(has_waited ? std::errc::operation_canceled : std::errc::not_connected,
                                ClosedText());
        case NextStep::kFailCancelled:
          throw CancelledWhileWaiting();
        case NextStep::kFailTimedOut:
          throw ConnectionError(std::errc::timed_out,
                                "no connection to " + pipe_path_ + " in time" +
                                    (last_failure_.empty() ? "" : ": " + last_failure_));
        case NextStep::kWait: {
          const bool was_connecting = is_connecting_;
          const TimePoint until = was_connecting ? deadline : std::min(deadline, next_attempt_);
          changed_.WaitUntil(lock_, until, [&] {
            return is_closed_ || stop.stop_requested() || IsAlive() || (was_connecting && !is_connecting_);
          });
          continue;
        }
        case NextStep::kConnect:
          is_connecting_ = true;
          break;
      }
    }
    Attempt(deadline);
  }
}

void Reconnector::Pause(std::chrono::milliseconds delay, TimePoint deadline, const std::stop_token& stop) {
  const std::lock_guard guard(lock_);
  changed_.WaitUntil(lock_, std::min(deadline, Clock::now() + delay),
                     [&] { return is_closed_ || stop.stop_requested(); });
}

void Reconnector::NotifyStop() {
  const std::lock_guard guard(lock_);
  changed_.NotifyAll();
}

Reconnector::Found Reconnector::Find(bool may_connect, TimePoint deadline) {
  bool connects = false;
  {
    const std::lock_guard guard(lock_);
    const bool wants_connection =
        Decide(State(), false, win32::kNoDeadline, Clock::now()) == NextStep::kConnect;
    connects = may_connect && wants_connection;
    if (connects) is_connecting_ = true;
  }
  std::exception_ptr refusal;
  if (connects) {
    try {
      Attempt(deadline);
    } catch (...) {
      refusal = std::current_exception();
    }
  }
  const std::lock_guard guard(lock_);
  const ConnectionState state = State();
  return {state.is_alive ? connection_ : nullptr, state,
          is_connecting_ ? Clock::now() + first_backoff_ : next_attempt_, last_failure_, refusal};
}

void Reconnector::Attempt(TimePoint deadline) {
  std::shared_ptr<Connection> connection;
  std::exception_ptr refusal;
  std::string failure;
  try {
    connection = open_(std::min(deadline, Clock::now() + kMaxAttempt));
  } catch (const std::system_error& error) {
    if (IsTransient(error)) {
      failure = error.what();
    } else {
      refusal = std::current_exception();
    }
  } catch (...) {
    refusal = std::current_exception();
  }
  bool was_closed = false;
  {
    const std::lock_guard guard(lock_);
    is_connecting_ = false;
    changed_.NotifyAll();
    was_closed = is_closed_;
    if (connection) {
      backoff_.Reset();
      if (!was_closed) {
        connection->set_reads_always(reads_always_);
        connection_ = connection;
      }
    } else if (!refusal) {
      last_failure_ = failure;
      next_attempt_ = Clock::now() + backoff_.Next();
    }
  }
  if (refusal) std::rethrow_exception(refusal);
  if (!connection) return;
  if (was_closed) {
    connection->Fail(std::errc::operation_canceled, "the client was closed");
  } else {
    on_connected_();
  }
}

void Reconnector::set_reads_always(bool reads_always) {
  const std::lock_guard guard(lock_);
  reads_always_ = reads_always;
  if (connection_) connection_->set_reads_always(reads_always);
}

void Reconnector::Close(std::exception_ptr error) {
  std::shared_ptr<Connection> connection;
  {
    const std::lock_guard guard(lock_);
    is_closed_ = true;
    connection = connection_;
    changed_.NotifyAll();
  }
  if (connection) connection->Fail(std::move(error));
}

}  // namespace onbehalf::client
