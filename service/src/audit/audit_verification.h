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

// The first place at which the audit is not what was written.
struct AuditProblem {
  std::string file;
  std::uint64_t line = 0;  // from 1
  std::string what;
};

struct AuditVerification {
  std::uint64_t files = 0;
  std::uint64_t lines = 0;    // that were looked at: up to the problem, if there is one
  std::uint64_t anchors = 0;  // that the lines were compared with, and agreed with
  std::optional<AuditProblem> problem;
  // What limits the verdict, for people; empty if nothing does: anchors that could not be read, lines that
  // were torn.
  std::string note;
};

// How far a verification has come.
struct AuditVerificationProgress {
  std::uint64_t files_done = 0;
  std::uint64_t files_in_all = 0;
  std::uint64_t lines = 0;  // looked at
};

// Walks all files in `folder` in their order and computes the chain again: finds the first line that was
// changed, removed, put in or moved, and the file that is missing; against `anchors`, also an end that was
// cut off, a chain that was recomputed, and another chain in the place of one whose newest anchor is of a
// file of less than `keep_days` days before the newest file here: the service never removes the newest file,
// so that its own removals do not begin another chain. `head` is what the process that writes the audit knows
// of its end; with it, half a line at the end is one that is being written. `on_progress` is called at the beginning, after
// each file and every few thousand lines; a file that is removed meanwhile restarts it. Memory: one line and the anchors.
// Throws win32::Win32Error(ERROR_CANCELLED) when `stop` is asked for, and for a folder or file that cannot be
// read.
AuditVerification VerifyAudit(const std::filesystem::path& folder, const AnchorLog::Reading& anchors,
                              const std::optional<AuditAnchor>& head = std::nullopt,
                              const std::stop_token& stop = {},
                              std::uint32_t keep_days = Settings::Audit{}.keep_days,
                              const std::function<void(const AuditVerificationProgress&)>& on_progress = {});

}  // namespace onbehalf::service
