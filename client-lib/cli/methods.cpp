#include "methods.h"

#include "command.h"
#include "completions/candidates.h"
#include "context.h"
#include "method_error.h"
#include "methods_text.h"
#include "onbehalf/protocol/error_code.h"
#include "output.h"

namespace onbehalf::cli {

using client::Json;

void ShowMethods(const Json& document, const std::string& name, Output& output) {
  if (name.empty()) {
    const std::string table = RenderMethods(document);
    output.Result(document, table.empty() ? "There are no methods that you may see.\n" : table);
    return;
  }
  if (const Json* method = FindMethod(document, name)) {
    output.Result(*method, RenderMethod(*method, ErrorsOf(document)));
    return;
  }
  // A method hidden from this caller is reported as unknown, as the service itself does.
  const std::string table = output.json() ? std::string() : RenderMethods(document, name);
  if (!table.empty()) {
    output.Result(nullptr, table);
    return;
  }
  const auto& info = protocol::InfoOf(protocol::ErrorCode::kMethodNotFound);
  throw client::RpcError(static_cast<int>(info.code), std::string(info.message), nullptr);
}

namespace {

MethodsOptions Parse(const Given& given) { return {given.Word(0).value_or("")}; }

ExitCode Methods(const Context& context, const MethodsOptions& options) {
  client::Client service = context.Connect();
  Named(options.name.empty() ? "rpc.discover" : options.name,
        [&] { ShowMethods(service.Call("rpc.discover"), options.name, context.output); });
  return ExitCode::kDone;
}

constexpr Operand kOperands[] = {
    {.name = "NAME", .completer = OfferMethodsAndNamespaces, .is_optional = true}};

}  // namespace

extern const Command kMethodsCommand = {
    .name = "methods",
    .operands = kOperands,
    .summary = "list the methods you may call; for one, its parameters, result and errors",
    .handler = Handles<Parse, Methods>()};

}  // namespace onbehalf::cli
