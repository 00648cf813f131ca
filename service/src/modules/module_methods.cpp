#include "modules/module_methods.h"

#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include "access/policy_reading.h"
#include "modules/module_call.h"
#include "onbehalf/protocol/utf8.h"

namespace onbehalf::service {
namespace {

constexpr std::uint32_t kKnownFlags =
    ONBEHALF_MODULE_ACTS_AS_CALLER | ONBEHALF_MODULE_NOT_INTERRUPTIBLE | ONBEHALF_MODULE_REPORTS_PROGRESS;

[[noreturn]] void Refuse(const std::string& where, const std::string& why) {
  throw std::invalid_argument(where + ": " + why);
}

std::string TextOf(const char* text, const std::string& where) {
  if (text == nullptr || *text == '\0') Refuse(where, "is missing");
  if (!protocol::IsUtf8(text)) Refuse(where, "is not UTF-8");
  return text;
}

Json SchemaOf(const char* text, const std::string& where) {
  Json schema;
  if (text == nullptr) Refuse(where, "is missing");
  if (const protocol::JsonFault fault = ParseModuleJson(text, schema))
    Refuse(where, "is not valid JSON: " + fault.Describe());
  if (!schema.is_object()) Refuse(where, "is not an object");
  return schema;
}

std::vector<Parameter> ParametersOf(const onbehalf_module_method& described, const std::string& method) {
  std::vector<Parameter> parameters;
  if (described.parameter_count == 0) return parameters;
  if (described.parameters == nullptr) Refuse(method, "parameters are missing");
  const std::uint32_t stride = described.parameters->size;
  if (stride < sizeof(onbehalf_module_parameter)) Refuse(method, "the size of a parameter is too small");
  const auto* next = reinterpret_cast<const char*>(described.parameters);
  for (std::uint32_t i = 0; i < described.parameter_count; ++i, next += stride) {
    const auto& given = *reinterpret_cast<const onbehalf_module_parameter*>(next);
    Parameter parameter;
    parameter.name = TextOf(given.name, method + ": the name of a parameter");
    const std::string where = method + ", " + parameter.name;
    parameter.summary = TextOf(given.summary, where + ": the summary");
    parameter.schema = SchemaOf(given.schema, where + ": the schema");
    parameter.required = given.is_required != 0;
    parameter.audited = given.is_audited != 0;
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

// A stream that a module opened.
class ModuleStream final : public Stream {
 public:
  ModuleStream(std::shared_ptr<Module> module, const onbehalf_module_method& method, const Call& call)
      : module_(std::move(module)),
        method_(method),
        end_{Module::RunningCall::Entry{std::string(call.request_id)}} {}
  ~ModuleStream() override {
    if (stream_ == nullptr) return;
    const Module::RunningCall running(*module_, std::move(end_));
    method_.close(stream_);
  }

  // Takes over the pointer that the module's `open` returned.
  void Own(void* stream) { stream_ = stream; }

  Step Next(const Call& call) override {
    if (auto refusal = module_->CheckNotQuarantined(call)) return MethodResult(*std::move(refusal));
    const Module::RunningCall running(*module_, call);
    ModuleCall as_seen(call, (method_.flags & ONBEHALF_MODULE_ACTS_AS_CALLER) != 0);
    const std::int32_t step = method_.next(stream_, as_seen.pointer());
    if (step == ONBEHALF_MODULE_LATER) return Later{};
    MethodResult answer = as_seen.TakeAnswer(module_->name());
    if (step == ONBEHALF_MODULE_END) return answer;
    if (step != ONBEHALF_MODULE_PIECE || !answer.ok()) {
      throw std::runtime_error("module " + module_->name() + ": its stream returned an unknown step");
    }
    return Piece{*std::move(answer)};
  }

 private:
  const std::shared_ptr<Module> module_;
  const onbehalf_module_method method_;
  Module::RunningCall::Entries end_;
  void* stream_ = nullptr;
};

}  // namespace

Method ToMethod(std::shared_ptr<Module> module, const onbehalf_module_method* described) {
  if (described == nullptr) throw std::invalid_argument("a method is missing");
  if (described->size < sizeof(onbehalf_module_method))
    throw std::invalid_argument("the size of a method is too small");
  // Its pointers stay valid until the module is stopped, except the strings, which are copied.
  const onbehalf_module_method given = *described;
  Method method;
  method.name = TextOf(given.name, "the name of a method");
  method.summary = TextOf(given.summary, method.name + ": the summary");
  if ((given.flags & ~kKnownFlags) != 0) Refuse(method.name, "it has unknown flags");
  method.parameters = ParametersOf(given, method.name);
  method.result_schema = SchemaOf(given.result_schema, method.name + ": the result's schema");
  if (given.progress_schema != nullptr) {
    method.progress_schema = SchemaOf(given.progress_schema, method.name + ": the progress's schema");
  }
  if (given.access_default != nullptr)
    method.access_default = TextOf(given.access_default, method.name + ": the access default");
  // The registry checks the name itself.
  if (const auto node = ParseNode("module.method", method.access_default);
      const auto* const faults = std::get_if<std::vector<PolicyFault>>(&node)) {
    Refuse(method.name, "invalid access default: " + faults->front().message);
  }
  const bool acts_as_caller = (given.flags & ONBEHALF_MODULE_ACTS_AS_CALLER) != 0;
  method.acts = acts_as_caller ? Acts::kAsCaller : Acts::kAsService;
  method.interruptible = (given.flags & ONBEHALF_MODULE_NOT_INTERRUPTIBLE) == 0;
  method.reports_progress = (given.flags & ONBEHALF_MODULE_REPORTS_PROGRESS) != 0;
  const bool has_stream = given.open != nullptr;
  if (has_stream != (given.next != nullptr) || has_stream != (given.close != nullptr)) {
    Refuse(method.name, "a stream needs open, next and close");
  }
  method.on_overdue = [module, name = method.name](std::string_view request_id) {
    module->OnOverdue(name, request_id);
  };
  if (given.handler != nullptr) {
    method.handler = [module, given, acts_as_caller](const Call& call) -> MethodResult {
      if (auto refusal = module->CheckNotQuarantined(call)) return *std::move(refusal);
      const Module::RunningCall running(*module, call);
      ModuleCall as_seen(call, acts_as_caller);
      given.handler(given.context, as_seen.pointer());
      return as_seen.TakeAnswer(module->name());
    };
  }
  if (has_stream) {
    method.stream = [module, given, acts_as_caller](const Call& call,
                                                    Waker waker) -> Result<std::unique_ptr<Stream>> {
      if (auto refusal = module->CheckNotQuarantined(call)) return *std::move(refusal);
      const Module::RunningCall running(*module, call);
      ModuleCall as_seen(call, acts_as_caller);
      auto stream = std::make_unique<ModuleStream>(module, given, call);
      // The module owns it from now on.
      auto* const owned = reinterpret_cast<onbehalf_module_waker*>(new Waker(std::move(waker)));
      if (void* const opened = given.open(given.context, as_seen.pointer(), owned)) {
        stream->Own(opened);
        return std::unique_ptr<Stream>(std::move(stream));
      }
      MethodResult answer = as_seen.TakeAnswer(module->name());
      if (!answer.ok()) return std::move(answer).error();
      throw std::runtime_error("module " + module->name() +
                               ": it did not open a stream, but answered with a result");
    };
  }
  return method;
}

}  // namespace onbehalf::service
