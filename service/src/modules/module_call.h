#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "onbehalf/module.h"
#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/service/method.h"

namespace onbehalf::service {

// A request as a module sees it, and the module's answer: the target of an onbehalf_module_call. Lives on the stack of the
// thread that runs the handler, and only that thread may use it, except for the functions marked otherwise.
class ModuleCall {
 public:
  // `call` is borrowed. `acts_as_caller`: the thread already carries the caller's token.
  ModuleCall(const Call& call, bool acts_as_caller) : call_(call), is_as_caller_(acts_as_caller) {}
  ModuleCall(const ModuleCall&) = delete;
  ModuleCall& operator=(const ModuleCall&) = delete;

  onbehalf_module_call* pointer() { return reinterpret_cast<onbehalf_module_call*>(this); }
  static ModuleCall& Of(onbehalf_module_call* pointer) { return *reinterpret_cast<ModuleCall*>(pointer); }

  // Any thread.
  const Call& call() const { return call_; }

  // Strings that stay valid as long as this object. Throw std::bad_alloc.
  const std::string& Params();
  const std::string& RequestId();
  const std::string& CallerSid();

  // Set the answer. The last call counts.
  onbehalf_module_status SetResult(std::string_view json);
  onbehalf_module_status SetError(std::int32_t code, const char* message, const char* data_json);
  onbehalf_module_status FailWindows(std::uint32_t code, const char* function);
  onbehalf_module_status Fail(const char* what);
  onbehalf_module_status AsCaller(void(ONBEHALF_MODULE_CALL* work)(void* context), void* context);

  // The answer. Throws win32::Win32Error for a Windows failure, ImpersonationError for one of AsCaller, and std::runtime_error
  // with the reason for an InternalError; its message names `module`.
  MethodResult TakeAnswer(const std::string& module);

 private:
  struct Refused {
    std::uint32_t code;
    std::string function;
  };
  struct Failed {
    std::string what;
  };
  // Records what is wrong with an answer, in case no other follows.
  onbehalf_module_status SetFault(std::string what);

  const Call& call_;
  bool is_as_caller_;
  std::optional<std::string> params_;
  std::optional<std::string> request_id_;
  std::optional<std::string> caller_sid_;
  std::variant<Failed, MethodResult, Refused, pipe::ImpersonationFailure> answer_ =
      Failed{"it gave no answer"};
};

// A string passed by a module; nullopt for a null pointer or for a negative length other than -1.
std::optional<std::string_view> ModuleText(const char* text, std::int64_t length);
// Parses a module's JSON strictly. The size of the answer is limited where it is sent.
protocol::JsonFault ParseModuleJson(std::string_view text, Json& value);

}  // namespace onbehalf::service
