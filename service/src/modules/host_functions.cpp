#include "modules/host_functions.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <stdexcept>
#include <utility>

#include "modules/module.h"
#include "modules/module_call.h"

// The C boundary on the service's side: no exception crosses it.
namespace onbehalf::service {
namespace {

Module& ModuleOf(const onbehalf_module_host* host) { return *static_cast<Module*>(host->self); }

// Runs `work`, which returns a status.
template <typename Work>
onbehalf_module_status Guarded(Work&& work) noexcept {
  try {
    return work();
  } catch (const std::length_error&) {
    return ONBEHALF_MODULE_TOO_LARGE;
  } catch (const std::bad_alloc&) {
    return ONBEHALF_MODULE_OUT_OF_MEMORY;
  } catch (...) {
    return ONBEHALF_MODULE_INVALID;
  }
}

// The same for functions that return a pointer: null on failure.
template <typename Work>
auto PointerOrNull(Work&& work) noexcept -> decltype(work()) {
  try {
    return work();
  } catch (...) {
    return nullptr;
  }
}

onbehalf_module_status ONBEHALF_MODULE_CALL AddMethod(const onbehalf_module_host* host,
                                                      const onbehalf_module_method* method) {
  return Guarded([&] { return ModuleOf(host).AddMethod(method); });
}

void ONBEHALF_MODULE_CALL Refuse(const onbehalf_module_host* host, const char* why) {
  Guarded([&] {
    ModuleOf(host).Refuse(why);
    return ONBEHALF_MODULE_OK;
  });
}

onbehalf_module_status ONBEHALF_MODULE_CALL WriteLog(const onbehalf_module_host* host, std::int32_t level,
                                                     const char* text) {
  return Guarded([&] { return ModuleOf(host).WriteLog(level, text); });
}

const char* ONBEHALF_MODULE_CALL Params(onbehalf_module_call* call, std::int64_t* length) {
  return PointerOrNull([&] {
    const std::string& text = ModuleCall::Of(call).Params();
    if (length != nullptr) *length = static_cast<std::int64_t>(text.size());
    return text.c_str();
  });
}

const char* ONBEHALF_MODULE_CALL RequestId(onbehalf_module_call* call) {
  return PointerOrNull([&] { return ModuleCall::Of(call).RequestId().c_str(); });
}

const char* ONBEHALF_MODULE_CALL CallerSid(onbehalf_module_call* call) {
  return PointerOrNull([&] { return ModuleCall::Of(call).CallerSid().c_str(); });
}

void* ONBEHALF_MODULE_CALL CallerToken(onbehalf_module_call* call) {
  return ModuleCall::Of(call).call().caller.token().get();
}

std::int32_t ONBEHALF_MODULE_CALL IsStopped(onbehalf_module_call* call) {
  return ModuleCall::Of(call).call().stop.stop_requested() ? 1 : 0;
}

void* ONBEHALF_MODULE_CALL StopEventOf(onbehalf_module_call* call) {
  return PointerOrNull([&] { return ModuleCall::Of(call).call().stop_event.handle(); });
}

std::int64_t ONBEHALF_MODULE_CALL MillisecondsLeft(onbehalf_module_call* call) {
  const auto deadline = ModuleCall::Of(call).call().deadline;
  if (deadline == (std::chrono::steady_clock::time_point::max)()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return std::max<std::int64_t>(0, left.count());
}

std::int32_t ONBEHALF_MODULE_CALL WantsProgress(onbehalf_module_call* call) {
  return ModuleCall::Of(call).call().progress.wanted() ? 1 : 0;
}

onbehalf_module_status ONBEHALF_MODULE_CALL ReportProgress(onbehalf_module_call* call, const char* json,
                                                           std::int64_t length) {
  return Guarded([&] {
    const auto text = ModuleText(json, length);
    Json value;
    if (!text || ParseModuleJson(*text, value)) return ONBEHALF_MODULE_INVALID;
    ModuleCall::Of(call).call().progress.Report(std::move(value));
    return ONBEHALF_MODULE_OK;
  });
}

onbehalf_module_status ONBEHALF_MODULE_CALL SetResult(onbehalf_module_call* call, const char* json,
                                                      std::int64_t length) {
  return Guarded(
      [&] { return ModuleCall::Of(call).SetResult(ModuleText(json, length).value_or(std::string_view())); });
}

onbehalf_module_status ONBEHALF_MODULE_CALL SetError(onbehalf_module_call* call, std::int32_t code,
                                                     const char* message, const char* data_json) {
  return Guarded([&] { return ModuleCall::Of(call).SetError(code, message, data_json); });
}

onbehalf_module_status ONBEHALF_MODULE_CALL FailWindows(onbehalf_module_call* call, std::uint32_t code,
                                                        const char* function) {
  return Guarded([&] { return ModuleCall::Of(call).FailWindows(code, function); });
}

onbehalf_module_status ONBEHALF_MODULE_CALL Fail(onbehalf_module_call* call, const char* what) {
  return Guarded([&] { return ModuleCall::Of(call).Fail(what); });
}

onbehalf_module_status ONBEHALF_MODULE_CALL AsCallerDo(onbehalf_module_call* call,
                                                       void(ONBEHALF_MODULE_CALL* work)(void* context),
                                                       void* context) {
  return Guarded([&] { return ModuleCall::Of(call).AsCaller(work, context); });
}

void ONBEHALF_MODULE_CALL Wake(onbehalf_module_waker* waker) { (*reinterpret_cast<const Waker*>(waker))(); }

void ONBEHALF_MODULE_CALL FreeWaker(onbehalf_module_waker* waker) { delete reinterpret_cast<Waker*>(waker); }

}  // namespace

onbehalf_module_host HostFunctions(Module& module) {
  onbehalf_module_host host{};
  host.size = sizeof(host);
  host.abi = ONBEHALF_MODULE_ABI;
  host.self = &module;
  host.service_version = ONBEHALF_VERSION;
  host.add_method = &AddMethod;
  host.refuse = &Refuse;
  host.log = &WriteLog;
  host.params = &Params;
  host.request_id = &RequestId;
  host.caller_sid = &CallerSid;
  host.caller_token = &CallerToken;
  host.is_stopped = &IsStopped;
  host.stop_event = &StopEventOf;
  host.milliseconds_left = &MillisecondsLeft;
  host.wants_progress = &WantsProgress;
  host.report_progress = &ReportProgress;
  host.set_result = &SetResult;
  host.set_error = &SetError;
  host.fail_windows = &FailWindows;
  host.fail = &Fail;
  host.as_caller = &AsCallerDo;
  host.wake = &Wake;
  host.free_waker = &FreeWaker;
  return host;
}

}  // namespace onbehalf::service
