// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>

#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/service/caller_identity.h"
#include "onbehalf/win32/token.h"

namespace onbehalf::service {

// Runs `work` on this thread under the caller's token, for handlers that act as the service and do a part of their work as
// their caller; the thread is the service's own again when this returns or throws what `work` has thrown. The rules of
// handlers that act as their caller hold for `work`: no logging, no files of the service, no loading of libraries, no
// waiting for another thread. Returns why `work` did not run where the caller's level is below `required`, as the caller's
// answer (ImpersonationLevel). When Windows does not let the thread become the caller for another reason, throws a
// std::exception, which the handler lets pass: the service logs why and answers InternalError with the request's id. Not
// to be called while the thread impersonates already (the process ends); if reverting fails the process ends.
[[nodiscard]] std::optional<protocol::Error> AsCaller(const CallerIdentity& caller,
                                                      win32::ImpersonationLevel required,
                                                      const std::function<void()>& work);

}  // namespace onbehalf::service
