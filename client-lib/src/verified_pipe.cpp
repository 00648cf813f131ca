#include "verified_pipe.h"

#include <stdexcept>

#include "pipe_path.h"
#include "server_trust.h"

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

}  // namespace

pipe::ClientEnd OpenVerifiedPipe(const Options& options, pipe::Deadline deadline) {
  pipe::ConnectOptions connect;
  connect.security = {LevelOf(options), true};
  // By VerifyServer, which knows services and says more.
  connect.check = pipe::AnyServer();
  pipe::ClientEnd pipe = pipe::Connect(PipePath(options), connect, deadline);
  VerifyServer(pipe.native(), options);
  return pipe;
}

}  // namespace onbehalf::client
