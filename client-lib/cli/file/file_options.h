#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "words.h"

namespace onbehalf::cli {

// What `file VERB` is to do.
struct FileOptions {
  enum class Verb { kGet, kPut, kList, kStat, kCat, kWatch };

  Verb verb = Verb::kStat;
  std::string remote;                // the path on the service's computer
  std::optional<std::string> local;  // of get and put
  bool resume = false;
  bool force = false;
  std::optional<std::string> glob;  // of ls
  bool all = false;                 // of ls
  bool recursive = false;           // of watch
};

// What was given to `file VERB`. Throws UsageError.
FileOptions TakeFile(std::string_view verb, const Given& given);

}  // namespace onbehalf::cli
