#include "generate/generate_options.h"

#include <string_view>

#include "generate/writers.h"

namespace onbehalf::cli {
namespace {

using Language = GenerateOptions::Language;

Language ParseLanguage(const std::string& text) {
  if (text == "cpp") return Language::kCpp;
  if (text == "typescript") return Language::kTypeScript;
  if (text == "csharp") return Language::kCSharp;
  Refuse("--language is cpp, typescript or csharp, not '" + text + "'");
}

std::string NameSpace(Language language, const std::optional<std::string>& name) {
  switch (language) {
    case Language::kCpp:
      if (!name) return "onbehalf::typed";
      if (!generate::IsCppNamespace(*name)) {
        Refuse("--name is a namespace of C++, as in company::service, not '" + *name + "'");
      }
      return *name;
    case Language::kCSharp:
      if (!name) return "OnBehalf.Typed";
      if (!generate::IsCSharpNamespace(*name)) {
        Refuse("--name is a namespace of C#, as in Company.Service, not '" + *name + "'");
      }
      return *name;
    case Language::kTypeScript:
      break;
  }
  if (name) Refuse("--name is for cpp and csharp; in TypeScript the file is the namespace");
  return {};
}

}  // namespace

GenerateOptions TakeGenerate(const Given& given) {
  if (!given.Has("--language")) Refuse("'generate' needs --language cpp, typescript or csharp");
  const auto value_of = [&](std::string_view option) -> std::optional<std::string> {
    if (!given.Has(option)) return std::nullopt;
    return given.ValueOf(option);
  };
  GenerateOptions options;
  options.language = ParseLanguage(given.ValueOf("--language"));
  options.name_space = NameSpace(options.language, value_of("--name"));
  options.output = value_of("--output");
  options.from = value_of("--from");
  return options;
}

}  // namespace onbehalf::cli
