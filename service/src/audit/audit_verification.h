#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "audit/anchor_log.h"
#include "onbehalf/service/settings.h"

namespace onbehalf::service {

// The first place where the audit is not what was written.
struct AuditProblem {
  std::string file;
  std::uint64_t line = 0;  // from 1
  std::string what;
};

struct AuditVerification {
  std::uint64_t files = 0;
  std::uint64_t lines = 0;    // lines examined: up to the problem, if there is one
  std::uint64_t anchors = 0;  // anchors that were compared and matched
  std::optional<AuditProblem> problem;
  // Limits of the verdict, for people: anchors that could not be read, torn lines. Empty if there are none.
  std::string note;
};

// Progress of a verification.
struct AuditVerificationProgress {
  std::uint64_t files_done = 0;
  std::uint64_t files_in_all = 0;
  std::uint64_t lines = 0;  // examined
};

// Walks all files in `folder` in order and recomputes the chain: finds the first line that was changed, removed, inserted or
// moved, and a missing file. With `anchors` it also finds a truncated end, a recomputed chain, and a chain that replaced another
// whose newest anchor is of a file from less than `keep_days` days before the newest file here (the service never removes the
// newest file, so its own removals do not begin another chain). `head` is the end of the audit as the process that writes it
// knows it; with it, half a line at the end counts as being written. `on_progress` is called at the beginning, after each file
// and every few thousand lines; if a file is removed in the meantime, the walk restarts. Memory: one line and the anchors.
// Throws win32::Win32Error(ERROR_CANCELLED) if `stop` is requested, and for a folder or file that cannot be read.
AuditVerification VerifyAudit(const std::filesystem::path& folder, const AnchorLog::Reading& anchors,
                              const std::optional<AuditAnchor>& head = std::nullopt,
                              const std::stop_token& stop = {},
                              std::uint32_t keep_days = Settings::Audit{}.keep_days,
                              const std::function<void(const AuditVerificationProgress&)>& on_progress = {});

}  // namespace onbehalf::service
