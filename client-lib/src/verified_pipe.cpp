#include "verified_pipe.h"

#include <optional>
#include <stdexcept>
#include <utility>

#include "onbehalf/pipe/client.h"
#include "onbehalf/pipe/status.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/win32_error.h"
#include "pipe_path.h"
#include "server_trust.h"
#include "service_start.h"

namespace onbehalf::client {
namespace {

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
  throw std::invalid_argument("the level is not in the enumeration");
}

bool IsClosed(HANDLE pipe) {
  return !::PeekNamedPipe(pipe, nullptr, 0, nullptr, nullptr, nullptr) &&
         pipe::IsPipeClosed(::GetLastError());
}

}  // namespace

pipe::ClientEnd OpenVerifiedPipe(const Options& options, pipe::Deadline deadline) {
  pipe::ConnectOptions connect;
  connect.security = {LevelOf(options), true};
  // By VerifyServer, which knows services and says more.
  connect.check = pipe::AnyServer();
  const bool is_service = options.trust == Trust::kService && IsLocal(options.server);
  ServiceStart start(options);
  for (;;) {
    std::optional<pipe::ClientEnd> pipe;
    try {
      pipe.emplace(pipe::Connect(PipePath(options), connect, deadline));
    } catch (const win32::Win32Error& error) {
      if (error.win32_code() != ERROR_FILE_NOT_FOUND || !is_service || !start.Await(deadline)) throw;
      continue;
    }
    VerifyServer(pipe->native(), options);
    // A service that has just stopped itself may have closed it unseen.
    if (is_service && IsClosed(pipe->native()) && start.AwaitNext(deadline)) continue;
    return std::move(*pipe);
  }
}

}  // namespace onbehalf::client
