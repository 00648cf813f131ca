#pragma once

#include <string>

namespace onbehalf::cli {

// The part of a path after its last separator, for paths of either computer.
std::string NameIn(const std::string& path);
// The path of `name` in `folder`.
std::string PathIn(const std::string& folder, const std::string& name);

}  // namespace onbehalf::cli
