#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "answer.h"
#include "finding.h"
#include "onbehalf/client/client.h"
#include "onbehalf/win32/security_descriptor.h"

namespace onbehalf::cli::doctor {

// The state of the pipe. Collecting it writes nothing to the pipe.
struct PipeFacts {
  std::string path;
  Answer<win32::SecurityDescriptor> descriptor;  // code 2: the pipe does not exist
  bool was_opened = false;
  DWORD process_id = 0;
  std::optional<std::string> distrust;  // why Trust::kService rejects the server
};
PipeFacts CollectPipeFacts(const client::Options& options);

// Checks what must hold whatever the policy says about who may connect: the service owns the pipe and has its
// own entry, anonymous logons and guests are denied first, nothing else may create instances or change the
// descriptor, and lower integrity is kept out. An opening is a failure, a mere difference a warning.
Findings JudgePipeDescriptor(const win32::SecurityDescriptor& descriptor, std::string_view service);
Findings JudgePipe(const PipeFacts& facts, std::string_view service);

}  // namespace onbehalf::cli::doctor
