#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "onbehalf/client/client.h"
#include "words.h"

namespace onbehalf::cli {

// The call that an `access` command makes.
struct AccessOptions {
  std::string method;  // "access.grant"
  client::Json arguments = client::Json::object();
};

// Parse the words given to an `access` command. Throw UsageError.
AccessOptions ParseNode(const Given& given);   // and --right, --account, for commands that take them
AccessOptions ParseGrant(const Given& given);  // also for deny
AccessOptions ParseRevoke(const Given& given);
AccessOptions ParseSet(const Given& given);
AccessOptions ParseDiff(const Given& given);
AccessOptions ParseRollback(const Given& given);

}  // namespace onbehalf::cli
