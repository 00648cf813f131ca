#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "failure.h"
#include "finding.h"
#include "onbehalf/client/client.h"

namespace onbehalf::cli::doctor {

// The results of one connection to the service.
struct ConnectionFacts {
  // The answer of one call, or the reason why it failed.
  struct Step {
    client::Json answer;
    std::optional<Failure> failure;
  };
  client::Level asked_level = client::Level::kImpersonate;
  Step ping;  // including the connection
  Step whoami;
  Step status;  // service.status, for administrators
};
ConnectionFacts CollectConnectionFacts(const client::Options& options);

Findings JudgeConnection(const ConnectionFacts& facts);

}  // namespace onbehalf::cli::doctor
