#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// Completions of the word before the cursor.
struct Completions {
  std::size_t begin = 0;                // the word's first byte in the text
  std::vector<std::string> candidates;  // whole words, sorted, without duplicates
};

// How a method reports progress (x-progress in rpc.discover).
enum class Progress {
  kNone,
  kReported,        // values that say how far the call has got
  kStream,          // each value is a piece of the result
  kOptionalStream,  // as kStream if the call requests it; otherwise one result at the end
};

// The methods that rpc.discover returned, for completion. Names with characters other than visible ASCII are
// left out: they come from the service and would reach the terminal.
class MethodCatalogue {
 public:
  MethodCatalogue() = default;
  explicit MethodCatalogue(const client::Json& document);

  // Completes `before`, the line up to the cursor: a shell command or a method; after `methods` a method or a
  // namespace; after a method its parameters that are not given yet, as "name=". Nothing inside a value.
  Completions Complete(std::string_view before) const;

  // kNone for an unknown method.
  Progress ProgressOf(std::string_view method) const;

  // The names of methods and namespaces.
  const std::vector<std::string>& methods() const { return methods_; }
  const std::vector<std::string>& namespaces() const { return namespaces_; }

 private:
  struct Method {
    std::vector<std::string> parameters;
    Progress progress;
  };
  const Method* Find(std::string_view name) const;

  std::vector<std::string> methods_;     // sorted
  std::vector<Method> of_methods_;       // same order as methods_
  std::vector<std::string> namespaces_;  // sorted
};

// The longest common prefix of the candidates.
std::string CommonPrefix(const std::vector<std::string>& candidates);

}  // namespace onbehalf::cli
