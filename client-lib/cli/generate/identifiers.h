#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "generate/api_model.h"

namespace onbehalf::cli::generate {

// The words of a name in JSON, in lower case: ASCII letters and digits; everything else separates, and so
// does the beginning of a capitalised word ("dryRun", "HTTPServer"). Never empty, and never with a digit
// first.
std::vector<std::string> WordsOf(std::string_view name);

std::string PascalCase(std::string_view name);  // DryRun
std::string CamelCase(std::string_view name);   // dryRun
std::string SnakeCase(std::string_view name);   // dry_run

// The namespace of a method (what stands before its first point; "other" if there is none) and its name
// there.
std::string NamespaceOf(std::string_view method);
std::string NameInNamespace(std::string_view method);

// Whether `name` is identifiers with `separator` between them, none of them in `reserved`.
bool IsQualifiedName(std::string_view name, std::string_view separator,
                     std::span<const std::string_view> reserved);

// Identifiers that are each used once: members of a type, types of a file.
class NameScope {
 public:
  NameScope() = default;
  // `reserved` are taken from the beginning.
  explicit NameScope(std::span<const std::string_view> reserved);

  // `wanted`, or `wanted` with a number behind it if that is taken. Long ones are cut.
  std::string Take(std::string wanted);

 private:
  std::map<std::string, int> last_numbers_;  // behind each name that is taken
};

// Gives every type that IsNamed a name in PascalCase, from its method and its place there.
void NameTypes(Api& api, NameScope& types);

}  // namespace onbehalf::cli::generate
