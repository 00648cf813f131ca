#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "finding.h"
#include "onbehalf/client/client.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::cli::doctor {

// The pipe as it stands. Nothing is written to it.
struct PipeFacts {
  std::string path;
  Answer<win32::SecurityDescriptor> descriptor;  // its code 2: there is no such pipe
  bool was_opened = false;
  DWORD process_id = 0;
  std::optional<std::string> why_not_trusted;  // as Trust::kService judges it
};
PipeFacts CollectPipeFacts(const client::Options& options);

// The entries that clients of a pipe of the service's should find, `service` being the SID in its place (its
// own, or its user's where the process has no service SID).
std::vector<win32::AccessEntry> ExpectedPipeEntries(const win32::Sid& service);

// Entry by entry against the expected ones: a missing refusal and a right too many are failures, what is
// only different is a warning.
Findings JudgePipeDescriptor(const win32::SecurityDescriptor& descriptor, std::string_view service);
Findings JudgePipe(const PipeFacts& facts, std::string_view service);

}  // namespace onbehalf::cli::doctor
