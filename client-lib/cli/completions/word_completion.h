#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "method_catalogue.h"
#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// What a word of the command line may become.
struct WordCompletion {
  struct Candidate {
    std::string text;
    std::string summary;  // ASCII, in a line; empty: none
  };
  std::vector<Candidate> candidates;
  bool files = false;  // a file's name, which the shell knows to complete
};

// `words` are those behind the program's name up to the cursor; the last one is being typed, and may be
// empty. `discover` is asked only where a method or a node may stand. Goes by the table of commands.
WordCompletion CompleteWord(std::span<const std::string> words,
                            const std::function<MethodCatalogue(const client::Options&)>& discover);

}  // namespace onbehalf::cli
