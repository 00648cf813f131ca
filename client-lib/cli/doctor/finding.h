#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "onbehalf/client/client.h"

namespace onbehalf::cli::doctor {

enum class Verdict {
  kOk,
  kWarn,  // works, but differs from what is expected; or Windows did not answer
  kFail,  // does not work, or is a security hole
};

// One line of doctor's output.
struct Finding {
  std::string check;  // "service.running": the same on every computer, for scripts
  Verdict verdict = Verdict::kOk;
  std::string found;
  std::string advice;  // empty if there is nothing to do
};
using Findings = std::vector<Finding>;

bool AnyFails(const Findings& findings);
std::string Render(const Findings& findings);
client::Json ToJson(const Findings& findings);

}  // namespace onbehalf::cli::doctor
