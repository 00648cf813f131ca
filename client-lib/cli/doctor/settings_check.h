#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "answer.h"
#include "file_checks.h"
#include "finding.h"

namespace onbehalf::cli::doctor {

// The result of `onbehalf-service.exe --check-config`.
struct SettingsFacts {
  struct Run {
    std::uint32_t exit_code = 0;
    std::string output;  // of both streams, truncated
  };
  Answer<Run> run;
};
// The arguments that make the service's program check its settings as the service reads them.
std::vector<std::string> CheckArguments(const Installation& installation);
// Has no answer if this account cannot read the settings, because the program would report that as a fault.
SettingsFacts CollectSettingsFacts(const Installation& installation);

Finding JudgeSettings(const SettingsFacts& facts);

}  // namespace onbehalf::cli::doctor
