#pragma once

#include <optional>
#include <string>

#include "option.h"

namespace onbehalf::cli {

// `file get` and `file put` copy a file in pieces, so that a file of any size takes little memory. It grows beside
// its place, under the name of a part, and takes its own name when its SHA-256 is that of what was copied.
// Whatever ends that before leaves the part.

struct TransferOptions {
  std::string remote;                // the path on the service's computer
  std::optional<std::string> local;  // of put always there
  bool resume = false;
  bool force = false;
};

// A file that is being copied has its name with this behind it, until it is whole.
inline constexpr char kPartSuffix[] = ".onbehalf-part";

inline constexpr OptionInfo kResumeOption = {"--resume", "", "",
                                             "goes on with the part that an earlier copy has left"};

}  // namespace onbehalf::cli
