#include "methods_model/request_error.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/win32_error.h"

#include <string>

#include "onbehalf/protocol/json_object.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using protocol::ErrorCode;
using protocol::Json;

Error LevelError(win32::ImpersonationLevel required, win32::ImpersonationLevel actual) {
  Error error;
  error.code = ErrorCode::kImpersonationLevel;
  error.message = "The method requires the caller's token at level " +
                  std::string(win32::ToString(required)) + ", but the client granted level " +
                  std::string(win32::ToString(actual)) + ".";
  error.data =
      protocol::MakeObject({{"required", win32::ToString(required)}, {"actual", win32::ToString(actual)}});
  return error;
}

}  // namespace

Error ToError(const pipe::ImpersonationFailure& failure) {
  return LevelError(failure.required, failure.actual);
}

Error ToError(const CaptureFailure& failure, win32::ImpersonationLevel required) {
  if (failure.is_anonymous) return LevelError(required, win32::ImpersonationLevel::kAnonymous);
  return ToError(ErrorCode::kInternalError);
}

Error ToError(const win32::Win32Error& error) {
  Error answer;
  answer.code = ErrorCode::kWindowsError;
  answer.message = win32::ErrorMessage(error.win32_code());
  answer.data = protocol::MakeObject({{"code", error.win32_code()},
                                      {"name", win32::ErrorName(error.win32_code())},
                                      {"operation", error.operation()}});
  return answer;
}

Error ToError(ErrorCode code) {
  Error error;
  error.code = code;
  return error;
}

void ThrowIfOver(const Call& call, const char* operation) {
  if (call.stop.stop_requested()) throw win32::Win32Error(ERROR_CANCELLED, operation);
}

Error AccessDenied(std::string_view request_id) {
  Error error = ToError(ErrorCode::kAccessDenied);
  error.data = protocol::MakeObject({{"requestId", request_id}});
  return error;
}

Error InternalError(std::string_view request_id) {
  Error error = ToError(ErrorCode::kInternalError);
  error.data = protocol::MakeObject({{"requestId", request_id}});
  return error;
}

}  // namespace onbehalf::service
