#include "modules/module_call.h"

#include <cstring>
#include <limits>
#include <stdexcept>
#include <utility>

#include "identity/impersonation_error.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/limits.h"
#include "onbehalf/protocol/utf8.h"
#include "onbehalf/service/as_caller.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {

std::optional<std::string_view> ModuleText(const char* text, std::int64_t length) {
  if (text == nullptr || length < -1) return std::nullopt;
  return std::string_view(text, length == -1 ? std::strlen(text) : static_cast<std::size_t>(length));
}

protocol::JsonFault ParseModuleJson(std::string_view text, Json& value) {
  constexpr std::size_t kAny = (std::numeric_limits<std::size_t>::max)();
  protocol::JsonLimits limits;
  limits.string_bytes = kAny;
  limits.array_elements = kAny;
  limits.object_members = kAny;
  return protocol::ParseJson(text, limits, value);
}

const std::string& ModuleCall::Params() {
  if (!params_) params_ = protocol::ToText(call_.params);
  return *params_;
}

const std::string& ModuleCall::RequestId() {
  if (!request_id_) request_id_ = std::string(call_.request_id);
  return *request_id_;
}

const std::string& ModuleCall::CallerSid() {
  if (!caller_sid_) caller_sid_ = call_.caller.user().ToString();
  return *caller_sid_;
}

onbehalf_module_status ModuleCall::SetFault(std::string what) {
  answer_ = Failed{std::move(what)};
  return ONBEHALF_MODULE_INVALID;
}

onbehalf_module_status ModuleCall::SetResult(std::string_view json) {
  Json value;
  if (const protocol::JsonFault fault = ParseModuleJson(json, value))
    return SetFault("its result is not valid JSON: " + fault.Describe());
  answer_ = MethodResult(std::move(value));
  return ONBEHALF_MODULE_OK;
}

onbehalf_module_status ModuleCall::SetError(std::int32_t code, const char* message, const char* data_json) {
  const protocol::ErrorInfo* const info = protocol::FindError(code);
  if (info == nullptr) return SetFault("its error has the unknown code " + std::to_string(code));
  protocol::Error error;
  error.code = info->code;
  if (message != nullptr) error.message = message;
  if (!protocol::IsUtf8(error.message)) return SetFault("its error's message is not UTF-8");
  if (data_json != nullptr) {
    if (const protocol::JsonFault fault = ParseModuleJson(data_json, error.data)) {
      return SetFault("its error's data is not valid JSON: " + fault.Describe());
    }
  }
  answer_ = MethodResult(std::move(error));
  return ONBEHALF_MODULE_OK;
}

onbehalf_module_status ModuleCall::FailWindows(std::uint32_t code, const char* function) {
  if (code == ERROR_SUCCESS) return SetFault("it reports a Windows error with code 0");
  if (function == nullptr || !protocol::IsUtf8(function))
    return SetFault("it does not name the Windows function that failed");
  answer_ = Refused{code, function};
  return ONBEHALF_MODULE_OK;
}

onbehalf_module_status ModuleCall::Fail(const char* what) {
  answer_ = Failed{what == nullptr ? "it failed without giving a reason" : what};
  return ONBEHALF_MODULE_OK;
}

onbehalf_module_status ModuleCall::AsCaller(void(ONBEHALF_MODULE_CALL* work)(void* context), void* context) {
  if (work == nullptr) return ONBEHALF_MODULE_INVALID;
  if (std::exchange(is_as_caller_, true)) return ONBEHALF_MODULE_NOT_NOW;
  std::optional<protocol::Error> refusal;
  try {
    refusal =
        service::AsCaller(call_.caller, win32::ImpersonationLevel::kImpersonation, [&] { work(context); });
  } catch (const ImpersonationError& error) {
    is_as_caller_ = false;
    answer_ = error.failure();
    return ONBEHALF_MODULE_NOT_CALLER;
  }
  is_as_caller_ = false;
  if (!refusal) return ONBEHALF_MODULE_OK;
  answer_ = MethodResult(*std::move(refusal));
  return ONBEHALF_MODULE_NOT_CALLER;
}

MethodResult ModuleCall::TakeAnswer(const std::string& module) {
  if (auto* const answer = std::get_if<MethodResult>(&answer_)) return std::move(*answer);
  if (const auto* const refused = std::get_if<Refused>(&answer_)) {
    throw win32::Win32Error(refused->code, refused->function);
  }
  if (const auto* const failure = std::get_if<pipe::ImpersonationFailure>(&answer_))
    throw ImpersonationError(*failure);
  throw std::runtime_error("module " + module + ": " + std::get<Failed>(answer_).what);
}

}  // namespace onbehalf::service
