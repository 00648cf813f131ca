#pragma once

#include <optional>
#include <string>

namespace onbehalf::cli {

struct NewModuleOptions {
  std::string name;                   // one that a module can have
  std::optional<std::string> folder;  // where to write it
};

}  // namespace onbehalf::cli
