#pragma once

#include <optional>
#include <string>

namespace onbehalf::cli {

struct NewModuleOptions {
  std::string name;                   // a valid module name
  std::optional<std::string> folder;  // the folder to write into
};

}  // namespace onbehalf::cli
