// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>

#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/service/caller_identity.h"
#include "onbehalf/win32/token.h"

namespace onbehalf::service {

// Runs `work` on this thread under the caller's token, for handlers that act as the service and do part of their work as the
// caller. The thread is the service's own again when this returns or throws what `work` threw. `work` must follow the rules for
// handlers that act as their caller: no logging, no opening of the service's files, no loading of libraries, no waiting for
// another thread. If the caller's impersonation level is below `required`, `work` does not run and the returned error
// (ImpersonationLevel) is the answer for the caller. If Windows does not let the thread become the caller for another reason,
// throws a std::exception, which the handler must not catch: the service logs the reason and answers InternalError with the
// request's id. Must not be called while the thread impersonates (the process ends); if reverting fails the process ends.
[[nodiscard]] std::optional<protocol::Error> AsCaller(const CallerIdentity& caller,
                                                      win32::ImpersonationLevel required,
                                                      const std::function<void()>& work);

}  // namespace onbehalf::service
