#include "retry_policy.h"

#include <random>

#include "onbehalf/client/errors.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::client {

bool IsTransient(const std::system_error& failure) {
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

Recovery RecoveryFrom(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::system_error& failure) {
    const std::error_code& code = failure.code();
    const bool is_lost =
        code == std::errc::connection_reset || code == std::errc::not_connected || IsTransient(failure);
    return is_lost ? Recovery::kConnectionLost : Recovery::kNone;
  } catch (const RpcError& answer) {
    return answer.code() == static_cast<int>(protocol::ErrorCode::kShuttingDown) ? Recovery::kServiceStopping
                                                                                 : Recovery::kNone;
  } catch (...) {
    return Recovery::kNone;
  }
}

Backoff::Milliseconds Backoff::Next() {
  if (last_.count() == 0) {
    last_ = first_;
  } else {
    last_ = last_ >= longest_ / 2 ? longest_ : last_ * 2;
  }
  thread_local std::minstd_rand random(std::random_device{}());
  return last_ - Milliseconds(std::uniform_int_distribution<Milliseconds::rep>(0, last_.count() / 4)(random));
}

std::optional<Backoff::Milliseconds> Retry::DelayAfter(Recovery recovery) {
  if (recovery == Recovery::kNone) return std::nullopt;
  const bool at_once = !was_repeated_ && recovery == Recovery::kConnectionLost;
  was_repeated_ = true;
  return at_once ? Backoff::Milliseconds(0) : backoff_.Next();
}

NextStep Decide(const ConnectionState& state, bool is_stop_requested,
                std::chrono::steady_clock::time_point deadline, std::chrono::steady_clock::time_point now) {
  if (state.is_closed) return NextStep::kFailClosed;
  if (is_stop_requested) return NextStep::kFailCancelled;
  if (now >= deadline) return NextStep::kFailTimedOut;
  if (state.is_alive) return NextStep::kSend;
  return state.is_connecting || now < state.next_attempt ? NextStep::kWait : NextStep::kConnect;
}

}  // namespace onbehalf::client
