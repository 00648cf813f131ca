#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "onbehalf/client/client.h"
#include "words.h"

namespace onbehalf::cli {

// What a command of `access` asks the service.
struct AccessOptions {
  std::string method;  // "access.grant"
  client::Json arguments = client::Json::object();
};

// What was given to such a command. They throw UsageError.
AccessOptions ParseNode(const Given& given);   // and --right, --account, where it takes them
AccessOptions ParseGrant(const Given& given);  // or deny
AccessOptions ParseRevoke(const Given& given);
AccessOptions ParseSet(const Given& given);
AccessOptions ParseDiff(const Given& given);
AccessOptions ParseRollback(const Given& given);

}  // namespace onbehalf::cli
