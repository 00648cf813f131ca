#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// What the word before the cursor may become.
struct Completions {
  std::size_t begin = 0;                // where the word begins, in bytes of the text
  std::vector<std::string> candidates;  // whole words, sorted, each once
};

// What a method says of its calls' progress (x-progress in rpc.discover).
enum class Progress {
  kNone,
  kReported,        // values that say how far the call is
  kStream,          // each value is a piece of the result
  kOptionalStream,  // likewise, for a call that asks for it; others are answered at once
};

// The methods that rpc.discover has shown, for completion. Names with anything but visible ASCII in them are
// left out: they are somebody else's text and would go to the terminal.
class MethodCatalogue {
 public:
  MethodCatalogue() = default;
  explicit MethodCatalogue(const client::Json& document);

  // Of `before`, the line up to the cursor: a word of the shell or a method; behind `methods` a method or a
  // namespace; behind a method its parameters that are not there yet, as "name=". Inside a value there is
  // nothing.
  Completions Complete(std::string_view before) const;

  // kNone of a method that is not in it.
  Progress ProgressOf(std::string_view method) const;

  // The methods' names, and the namespaces.
  const std::vector<std::string>& methods() const { return methods_; }
  const std::vector<std::string>& namespaces() const { return namespaces_; }

 private:
  struct Method {
    std::vector<std::string> parameters;
    Progress progress;
  };
  const Method* Find(std::string_view name) const;

  std::vector<std::string> methods_;     // sorted
  std::vector<Method> of_methods_;       // of each
  std::vector<std::string> namespaces_;  // sorted
};

// What all candidates begin with.
std::string CommonPrefix(const std::vector<std::string>& candidates);

}  // namespace onbehalf::cli
