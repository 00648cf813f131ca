#pragma once

#include <cstdint>
#include <memory>

#include "log/log.h"
#include "onbehalf/service/method.h"
#include "requests/running_request.h"

namespace onbehalf::service {

// Runs the handler of request.method under the identity that its Acts requires, on the calling thread, and converts exceptions
// to the error for the caller. The thread carries no token before and after: if the handler left one on it, the process ends.
// Access, level and parameters must have been checked.
MethodResult CallHandler(RunningRequest& request, const ClientProcess& process, std::uint64_t connection_id,
                         Log& log);
// The same for the next step of request.method's stream, which is first opened if `stream` is null.
Stream::Step CallStream(RunningRequest& request, const ClientProcess& process, std::uint64_t connection_id,
                        Log& log, std::unique_ptr<Stream>& stream, const Waker& waker);

}  // namespace onbehalf::service
