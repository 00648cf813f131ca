#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "finding.h"
#include "onbehalf/client/client.h"
#include "onbehalf/win32/security_descriptor.h"

namespace onbehalf::cli::doctor {

// The pipe as it stands. Nothing is written to it.
struct PipeFacts {
  std::string path;
  Answer<win32::SecurityDescriptor> descriptor;  // its code 2: there is no such pipe
  bool was_opened = false;
  DWORD process_id = 0;
  std::optional<std::string> distrust;  // as Trust::kService judges it
};
PipeFacts CollectPipeFacts(const client::Options& options);

// What holds whatever the policy says of who may connect: the service owns the pipe and has its own entry,
// anonymous logons and guests are refused first, nobody else may make instances or change the descriptor, and
// lower integrity is shut out. What opens the pipe is a failure, what is only different a warning.
Findings JudgePipeDescriptor(const win32::SecurityDescriptor& descriptor, std::string_view service);
Findings JudgePipe(const PipeFacts& facts, std::string_view service);

}  // namespace onbehalf::cli::doctor
