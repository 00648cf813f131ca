#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "command.h"
#include "completions/candidates.h"
#include "context.h"
#include "generate/api_document.h"
#include "generate/generate_options.h"
#include "generate/whole_file.h"
#include "generate/writers.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/limits.h"
#include "output.h"
#include "params.h"
#include "params_source.h"
#include "printable.h"
#include "usage_error.h"

namespace onbehalf::cli {
namespace {

using client::Json;
using Language = GenerateOptions::Language;

constexpr OptionInfo kOptions[] = {
    {"--language", "cpp|typescript|csharp", "cpp", "the client's language", true},
    {.name = "--output",
     .value = "FILE",
     .example = "service.h",
     .summary = "the file to write (default: standard output)",
     .completer = OfferFiles},
    {"--name", "NAMESPACE", "company::service", "the namespace of the generated code (cpp, csharp)"},
    {.name = "--from",
     .value = "FILE",
     .example = "discover.json",
     .summary = "the output of 'call rpc.discover' (default: ask the service)",
     .completer = OfferFiles},
};

// Errors contain names from the document, which may have any length.
constexpr std::size_t kMaxErrorBytes = 1000;

Json ReadSaved(const std::string& file) {
  Json document;
  if (const protocol::JsonFault fault = protocol::ParseJson(ToUtf8Text(ReadFile(file)), {}, document)) {
    throw UsageError(file + " is not valid JSON: " + fault.Describe() +
                     ". Expected the output of 'onbehalf call rpc.discover'");
  }
  return document;
}

std::string Write(generate::Api api, const GenerateOptions& options) {
  switch (options.language) {
    case Language::kCpp:
      return generate::WriteCpp(std::move(api), options.name_space);
    case Language::kTypeScript:
      return generate::WriteTypeScript(std::move(api));
    case Language::kCSharp:
      return generate::WriteCSharp(std::move(api), options.name_space);
  }
  throw std::invalid_argument("no language");
}

ExitCode Generate(const Context& context, const GenerateOptions& options) {
  const Json document = options.from ? ReadSaved(*options.from) : context.Call("rpc.discover");
  std::string text;
  std::size_t methods = 0;
  try {
    generate::Api api = generate::ReadApi(document);
    methods = api.methods.size();
    text = Write(std::move(api), options);
  } catch (const generate::DocumentError& error) {
    const std::string what = Printable(std::string(error.what()).substr(0, kMaxErrorBytes));
    if (options.from) throw UsageError(*options.from + ": " + what);
    throw std::runtime_error("the service's description of its methods is invalid: " + what);
  }
  if (!options.output) {
    context.output.Result({{"source", text}}, text);
    return ExitCode::kDone;
  }
  generate::WriteWholeFile(*options.output, text);
  context.output.Error("wrote " + *options.output + " with " + std::to_string(methods) + " methods\n");
  return ExitCode::kDone;
}

}  // namespace

extern const Command kGenerateCommand = {.name = "generate",
                                         .options = kOptions,
                                         .summary = "write a typed client for the methods that you may see",
                                         .handler = Handles<ParseGenerate, Generate>()};

}  // namespace onbehalf::cli
