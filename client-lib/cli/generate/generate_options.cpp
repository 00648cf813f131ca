#include "generate/generate_options.h"

#include "generate/writers.h"

namespace onbehalf::cli {
namespace {

using Language = GenerateOptions::Language;

std::string NameSpace(Language language, const std::optional<std::string>& name) {
  switch (language) {
    case Language::kCpp:
      if (!name) return "onbehalf::typed";
      if (!generate::IsCppNamespace(*name)) {
        Refuse("--name must be a C++ namespace such as company::service, not '" + *name + "'");
      }
      return *name;
    case Language::kCSharp:
      if (!name) return "OnBehalf.Typed";
      if (!generate::IsCSharpNamespace(*name)) {
        Refuse("--name must be a C# namespace such as Company.Service, not '" + *name + "'");
      }
      return *name;
    case Language::kTypeScript:
      break;
  }
  if (name) Refuse("--name is for cpp and csharp; in TypeScript the file is the namespace");
  return {};
}

}  // namespace

GenerateOptions ParseGenerate(const Given& given) {
  GenerateOptions options;
  options.language = ParseChoice<Language>(
      "--language", *given.ValueOf("--language"),
      {{"cpp", Language::kCpp}, {"typescript", Language::kTypeScript}, {"csharp", Language::kCSharp}});
  options.name_space = NameSpace(options.language, given.ValueOf("--name"));
  options.output = given.ValueOf("--output");
  options.from = given.ValueOf("--from");
  return options;
}

}  // namespace onbehalf::cli
