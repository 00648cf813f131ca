#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "file_checks.h"
#include "finding.h"

namespace onbehalf::cli::doctor {

// What `onbehalf-service.exe --check-config` said.
struct SettingsFacts {
  struct Run {
    std::uint32_t exit_code = 0;
    std::string output;  // of both streams, bounded
  };
  Answer<Run> run;
};
// What the program of the service is given to check its settings: with them as the service reads them.
std::vector<std::string> CheckArguments(const Installation& installation);
// Without an answer where this account may not read the settings: the program would call that a fault.
SettingsFacts CollectSettingsFacts(const Installation& installation);

Finding JudgeSettings(const SettingsFacts& facts);

}  // namespace onbehalf::cli::doctor
