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
SettingsFacts CollectSettingsFacts(const Installation& installation);

Finding JudgeSettings(const SettingsFacts& facts);

}  // namespace onbehalf::cli::doctor
