#pragma once

#include <string>
#include <vector>

namespace onbehalf::cli {

struct CompletionsOptions {
  std::string shell;  // powershell or bash
};

struct CompleteOptions {
  std::vector<std::string> words;  // as given: INDEX WORD…
};

}  // namespace onbehalf::cli
