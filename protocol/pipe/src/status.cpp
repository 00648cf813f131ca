#include "onbehalf/pipe/status.h"

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::pipe {

std::string_view ToString(Status status) {
  switch (status) {
    case Status::kOk:
      return "ok";
    case Status::kMoreData:
      return "more data";
    case Status::kClosed:
      return "closed";
    case Status::kTimeout:
      return "timeout";
    case Status::kStopped:
      return "stopped";
    case Status::kTooLarge:
      return "too large";
    case Status::kFailed:
      return "failed";
  }
  return "unknown";
}

bool IsPipeClosed(std::uint32_t code) noexcept {
  return code == ERROR_BROKEN_PIPE || code == ERROR_NO_DATA || code == ERROR_PIPE_NOT_CONNECTED;
}

}  // namespace onbehalf::pipe
