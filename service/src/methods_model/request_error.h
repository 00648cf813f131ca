#pragma once

#include <string_view>

#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/service/caller_identity.h"

namespace onbehalf::win32 {
class Win32Error;
}

namespace onbehalf::service {

struct Call;

// Failures of the request path as the caller sees them. They contain nothing internal: no path, no exception text.

// ImpersonationLevel with data.required and data.actual. Only for a failure whose code is ERROR_SUCCESS; any other is
// logged and answered with InternalError(request_id).
protocol::Error ToError(const pipe::ImpersonationFailure& failure);
// The same for a failed capture; `required` is the level that the method needs.
protocol::Error ToError(const CaptureFailure& failure, win32::ImpersonationLevel required);
// WindowsError with data.code, data.name and data.operation (the API's name).
protocol::Error ToError(const win32::Win32Error& error);
// For handlers to call between two steps: throws Win32Error(ERROR_CANCELLED, operation) if the request has been told
// to end. The response then gives the reason for that end.
void ThrowIfOver(const Call& call, const char* operation);
// The code with its default message.
protocol::Error ToError(protocol::ErrorCode code);
// The policy refuses the caller; the request id identifies the audit entry.
protocol::Error AccessDenied(std::string_view request_id);
// The request id lets an administrator find the details in the log.
protocol::Error InternalError(std::string_view request_id);

}  // namespace onbehalf::service
