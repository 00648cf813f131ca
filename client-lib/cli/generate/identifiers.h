#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "generate/api_model.h"

namespace onbehalf::cli::generate {

// Splits a JSON name into words in lower case, of ASCII letters and digits. Any other character separates
// words, as does the start of a capitalised word ("dryRun", "HTTPServer"). Never empty; the first character
// is never a digit.
std::vector<std::string> WordsOf(std::string_view name);

std::string PascalCase(std::string_view name);  // DryRun
std::string CamelCase(std::string_view name);   // dryRun
std::string SnakeCase(std::string_view name);   // dry_run

// A method's namespace (the part before its first point; "other" if there is none) and its name within it.
std::string NamespaceOf(std::string_view method);
std::string NameInNamespace(std::string_view method);

// Whether `name` is a list of identifiers joined by `separator`, none of them in `reserved`.
bool IsQualifiedName(std::string_view name, std::string_view separator,
                     std::span<const std::string_view> reserved);

// Hands out unique identifiers, for the members of a type or the types of a file.
class NameScope {
 public:
  NameScope() = default;
  // `reserved` names are taken from the start.
  explicit NameScope(std::span<const std::string_view> reserved);

  // Returns `wanted`, with a number appended if it is taken. Long names are truncated.
  std::string Take(std::string wanted);

 private:
  std::map<std::string, int> last_numbers_;  // the last number appended to each taken name
};

// Gives every type that IsNamed a name in PascalCase, made of its method's name and its position in it.
void NameTypes(Api& api, NameScope& types);

}  // namespace onbehalf::cli::generate
