#pragma once

#include <nlohmann/json.hpp>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

struct AuditOptions {
  bool follow = false;
  client::Json search = client::Json::object();  // audit.read's parameters
};

}  // namespace onbehalf::cli
