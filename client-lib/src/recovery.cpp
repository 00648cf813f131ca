#include "recovery.h"

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

}  // namespace onbehalf::client
