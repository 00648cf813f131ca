#pragma once

#include <cstdint>

namespace onbehalf::cli {

struct PingOptions {
  std::int64_t connections = 1;
};

}  // namespace onbehalf::cli
