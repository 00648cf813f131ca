#pragma once

#include <optional>
#include <string>

#include "words.h"

namespace onbehalf::cli {

// What `generate` writes.
struct GenerateOptions {
  enum class Language { kCpp, kTypeScript, kCSharp };

  Language language = Language::kCpp;
  std::string name_space;  // one that the language takes; empty for TypeScript, where the module is one
  std::optional<std::string> output;  // a file; otherwise standard output
  std::optional<std::string> from;    // a file with rpc.discover's document; otherwise the service is asked
};

// What was given to `generate`. Throws UsageError.
GenerateOptions ParseGenerate(const Given& given);

}  // namespace onbehalf::cli
