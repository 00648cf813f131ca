#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "audit/anchor_log.h"
#include "audit/audit_file_name.h"
#include "audit/line_reader.h"
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

// The files of an audit, for one walk. Exceptions end the walk.
class AuditFileSource {
 public:
  virtual ~AuditFileSource() = default;
  // Oldest first.
  virtual std::vector<AuditFileName> List() = 0;
  // nullptr if the file has been removed since it was listed.
  virtual std::unique_ptr<ByteSource> Open(const AuditFileName& name) = 0;
};

// What the lines are compared with. The reference is borrowed.
struct AuditWalkOptions {
  const AnchorLog::Reading& anchors;
  // The end of the audit as the process that writes it knows it; with it, half a line at the end counts as being written.
  std::optional<AuditAnchor> head = std::nullopt;
  std::uint32_t keep_days = Settings::Audit{}.keep_days;
  std::stop_token stop = {};
  // Called at the beginning, after each file and every few thousand lines.
  std::function<void(const AuditVerificationProgress&)> on_progress = {};
};

enum class AuditWalkEnd {
  kDone,      // `result` is the verdict
  kFileGone,  // no verdict: a file was removed after it had been listed
  kStopped,   // no verdict: `stop` was requested
};

// Walks all files in order and recomputes the chain: finds the first line that was changed, removed, inserted or moved, and a missing
// file. With anchors it also finds a truncated end, a recomputed chain, and a chain that replaced another whose newest anchor is of a
// file from less than `keep_days` days before the newest file here (the service never removes the newest file, so its own removals do
// not begin another chain). Memory: one line and the anchors.
AuditWalkEnd WalkAudit(AuditFileSource& source, const AuditWalkOptions& options, AuditVerification& result);

}  // namespace onbehalf::service
