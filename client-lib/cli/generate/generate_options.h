#pragma once

#include <optional>
#include <string>

#include "words.h"

namespace onbehalf::cli {

// What `generate` writes.
struct GenerateOptions {
  enum class Language { kCpp, kTypeScript, kCSharp };

  Language language = Language::kCpp;
  std::string name_space;  // valid in the language; empty for TypeScript, where the module is the namespace
  std::optional<std::string> output;  // a file; nullopt: standard output
  std::optional<std::string> from;    // a file with rpc.discover's document; nullopt: ask the service
};

// Parses the words given to `generate`. Throws UsageError.
GenerateOptions ParseGenerate(const Given& given);

}  // namespace onbehalf::cli
