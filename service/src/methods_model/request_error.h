#pragma once

#include <string_view>

#include "identity/impersonation.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/service/caller_identity.h"

namespace onbehalf::win32 {
class Win32Error;
}

namespace onbehalf::service {

struct Call;

// Failures of the request path as the caller sees them. Nothing internal is in them: no path, no text of an exception.

// ImpersonationLevel with data.required and data.actual. Of a failure whose code is ERROR_SUCCESS: any other is logged, and
// answered with InternalError(request_id).
protocol::Error ToError(const ImpersonationFailure& failure);
// The same for a capture; `required` is what the method needs.
protocol::Error ToError(const CaptureFailure& failure, win32::ImpersonationLevel required);
// WindowsError with data.code, data.name and data.operation (the API's name).
protocol::Error ToError(const win32::Win32Error& error);
// For handlers that come by between two pieces of work: throws Win32Error(ERROR_CANCELLED, operation), which is answered as
// what has ended the request, when that has been asked to end.
void ThrowIfOver(const Call& call, const char* operation);
// The code with the table's own sentence.
protocol::Error ToError(protocol::ErrorCode code);
// The policy refuses the caller: the request's id finds the line in the audit.
protocol::Error AccessDenied(std::string_view request_id);
// InternalError: the request's id lets an administrator find it in the log.
protocol::Error InternalError(std::string_view request_id);

}  // namespace onbehalf::service
