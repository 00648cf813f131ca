#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "identity/impersonation.h"
#include "onbehalf/module.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/service/method.h"

namespace onbehalf::service {

// A request as a module sees it, and the answer that the module gives: what an onbehalf_module_call points to. Lives on the
// stack of the thread that runs the handler, and belongs to that thread but for the functions that say otherwise.
class ModuleCall {
 public:
  // `call` is borrowed. `acts_as_caller`: the thread carries the caller's token already.
  ModuleCall(const Call& call, bool acts_as_caller) : call_(call), is_as_caller_(acts_as_caller) {}
  ModuleCall(const ModuleCall&) = delete;
  ModuleCall& operator=(const ModuleCall&) = delete;

  onbehalf_module_call* pointer() { return reinterpret_cast<onbehalf_module_call*>(this); }
  static ModuleCall& Of(onbehalf_module_call* pointer) { return *reinterpret_cast<ModuleCall*>(pointer); }

  // Any thread.
  const Call& call() const { return call_; }

  // Texts that stay valid as long as this. Throw std::bad_alloc.
  const std::string& Params();
  const std::string& RequestId();
  const std::string& CallerSid();

  // What the answer is. The last one counts.
  onbehalf_module_status SetResult(std::string_view json);
  onbehalf_module_status SetError(std::int32_t code, const char* message, const char* data_json);
  onbehalf_module_status FailWindows(std::uint32_t code, const char* function);
  onbehalf_module_status Fail(const char* what);
  onbehalf_module_status AsCaller(void(ONBEHALF_MODULE_CALL* work)(void* context), void* context);

  // The answer. Throws win32::Win32Error for what Windows has refused, ImpersonationError where that was AsCaller's, and
  // std::runtime_error, with what is wrong, for what is answered with InternalError; its text names `module`.
  MethodResult TakeAnswer(const std::string& module);

 private:
  struct Refused {
    std::uint32_t code;
    std::string function;
  };
  struct Failed {
    std::string what;
  };
  // Keeps what is wrong with an answer, in case no other follows.
  onbehalf_module_status Wrong(std::string what);

  const Call& call_;
  bool is_as_caller_;
  std::optional<std::string> params_;
  std::optional<std::string> request_id_;
  std::optional<std::string> caller_sid_;
  std::variant<Failed, MethodResult, Refused, ImpersonationFailure> answer_ =
      Failed{"it has given no answer"};
};

// The text with which functions of modules give JSON and lengths; nullopt for a null pointer or a negative length but -1.
std::optional<std::string_view> GivenText(const char* text, std::int64_t length);
// What a module gives, strictly. The size of what a caller gets is bounded where it is answered.
protocol::JsonFault ParseGiven(std::string_view text, Json& value);

}  // namespace onbehalf::service
