// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "onbehalf/pipe/capture_failure.h"
#include "onbehalf/pipe/impersonation_failure.h"
#include "onbehalf/pipe/stop_event.h"
#include "onbehalf/win32/impersonation_level.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::win32 {
class Token;
}

namespace onbehalf::pipe {

using win32::ImpersonationLevel;
using win32::Sid;

// The account that wrote a message: its token as it was for that message. Cheap to copy; any thread. It stays valid
// after the client has gone.
class Caller {
 public:
  // The writer of the message that was read last from the server's end `pipe` (ServerEnd::CaptureCaller, which is the
  // usual way to call it). Impersonates, opens the thread's token and reverts before it returns; if reverting fails
  // the process ends. So it does if the thread carries a token already, in Run or by other means: reverting would
  // remove that token, and what follows would run as the process. Fails with ERROR_CANNOT_IMPERSONATE (1368) if nothing
  // has been read yet.
  static std::variant<Caller, CaptureFailure> FromLastMessage(NativeHandle pipe);

  const Sid& user() const noexcept { return user_; }
  // How far the client lets the server act as it (SECURITY_QUALITY_OF_SERVICE of its open).
  ImpersonationLevel level() const noexcept { return level_; }
  // "DOMAIN\name", or the SID if it has no name. May ask a domain controller and take seconds.
  std::string Account() const;
  const win32::Token& token() const noexcept { return *token_; }

  // Runs `work` on this thread under the caller's token. The thread is its own again when this returns or throws what
  // `work` threw: there is no way to forget it. If the level is below `required`, or Windows refuses, `work` does not
  // run and the failure says why: the level is read back from the thread, because SetThreadToken can lower it silently.
  // If reverting fails the process ends at once (exit code 0xC0000409), because the thread could no longer be trusted.
  // `work` must not open the server's own files, log to them, load libraries or wait for another thread. Must not be
  // nested, nor run on a thread that carries another token: the process ends.
  [[nodiscard]] std::optional<ImpersonationFailure> Run(
      const std::function<void()>& work,
      ImpersonationLevel required = ImpersonationLevel::kImpersonation) const;

 private:
  explicit Caller(std::shared_ptr<const win32::Token> token);
  std::shared_ptr<const win32::Token> token_;
  Sid user_;
  ImpersonationLevel level_;
};

}  // namespace onbehalf::pipe
