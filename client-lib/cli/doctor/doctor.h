#pragma once

#include <optional>
#include <string>

namespace onbehalf::cli {

struct DoctorOptions {
  std::optional<std::string> bundle;  // the archive to write
};

}  // namespace onbehalf::cli
