#pragma once

#include <optional>
#include <string>

#include "option.h"

namespace onbehalf::cli {

// `file get` and `file put` copy a file in pieces, so that a file of any size takes little memory. The copy
// is written next to the target under the name of a part file and renamed when its SHA-256 matches the
// source. If that is interrupted, the part file stays.

struct TransferOptions {
  std::string remote;                // the path on the service's computer
  std::optional<std::string> local;  // always set for put
  bool resume = false;
  bool force = false;
};

// Suffix of a file's name while it is being copied.
inline constexpr char kPartSuffix[] = ".onbehalf-part";

inline constexpr OptionInfo kResumeOption = {"--resume", "", "", "resume a previous partial copy"};

}  // namespace onbehalf::cli
