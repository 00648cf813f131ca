#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/anchor_log.h"
#include "audit/audit_chain.h"
#include "audit/audit_records.h"
#include "log/event_log.h"
#include "onbehalf/service/settings.h"
#include "storage/file_operations.h"

namespace onbehalf::service {

// Whether the audit can be written, as service.status tells it.
struct AuditState {
  bool ok = true;
  std::chrono::system_clock::time_point since;  // of the first line that could not be written
  std::string error;                            // "ERROR_DISK_FULL: There is not enough space on the disk."
  std::uint64_t lines_lost = 0;
};

struct AuditOptions {
  Settings::Audit settings = {};
  // The lines' time, and with it the day of the file.
  std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;
  std::shared_ptr<AnchorLog> anchors = nullptr;  // nullptr: the chain is not anchored
  // Where denials (of those who may know the method), changes of the policy and what goes wrong are reported:
  // on a thread of the process's pool, one after the other.
  std::function<void(Event, std::initializer_list<std::string_view>)> report =
      [](Event event, std::initializer_list<std::string_view> strings) { ReportToEventLog(event, strings); };
  FileOperations* files = &FileOperations::Windows();  // must outlive the audit
};

// The audit: audit-YYYY-MM-DD.jsonl (UTC) and, when that has grown to Settings::Audit::file_bytes,
// audit-YYYY-MM-DD.2.jsonl and so on; one JSON object a line, appended with FILE_APPEND_DATA only, and no
// other writer while it is open. A line is in the file system when the function returns. Fields are escaped
// and bounded. Accounts are SIDs: their names are not asked for here, because a domain controller can be
// slow.
//
// The lines are a chain (audit_chain.h): each has a number and a hash over the line before it and itself, and
// where the chain stands goes to the anchors' log when a file is begun, every anchor_lines lines or
// anchor_minutes minutes in which there are any, and at the end. At its start the chain is continued where
// the newest file ends. What is there after the last whole line (a process was ended, a disk was full) is
// closed off and declared by a line "torn", which has its hash. Files that are too old or too much are
// removed when a file is begun, each after a line "retention" that says where the chain begins then.
//
// Any thread, except one that impersonates (then the process ends). False when the line could not be written:
// the next call tries again, and the first line after is a line "gap" with the number of those that are
// missing. What Windows' functions for hashes refuse is thrown. A file that was removed, renamed or replaced
// is noticed within a second.
class Audit {
 public:
  // Opens nothing yet. Throws win32::Win32Error when there is no SHA-256.
  explicit Audit(const std::filesystem::path& folder, AuditOptions options = {});
  // Anchors what is not yet anchored, and waits for the events that are not yet reported.
  ~Audit();
  Audit(const Audit&) = delete;
  Audit& operator=(const Audit&) = delete;

  // Opens the file and anchors where its chain stands: at the service's start. What cannot be opened now is
  // tried again by the first line.
  [[nodiscard]] bool Open();

  [[nodiscard]] bool Record(const AuditDecision& decision);
  [[nodiscard]] bool Record(const AuditOutcome& outcome);
  [[nodiscard]] bool Record(const AuditPolicyChange& change);
  // A change of the policy that was recorded has not come into force after all: what it was recorded with.
  [[nodiscard]] bool RecordWithdrawn(std::string_view request_id, std::uint64_t version);

  // Calls a function after each line that has been written, for as long as this lives. On the thread that has written it,
  // under a lock: the function must not wait, and nothing of the audit may be done in it.
  class Follower {
   public:
    Follower(Audit& audit, std::function<void()> on_line);
    // No call comes after.
    ~Follower();
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;

   private:
    friend class Audit;
    Audit& audit_;
    const std::function<void()> on_line_;
  };

  AuditState State() const;
  // The line written last, and its file; nullopt before the first one.
  std::optional<AuditAnchor> Head() const;
  // Anchors where the chain stands now, if that is not anchored yet.
  void Anchor();
  // Waits until the events of all that was recorded before have been reported.
  void Flush();

  const Settings::Audit& settings() const;
  const std::filesystem::path& folder() const;
  const std::shared_ptr<AnchorLog>& anchors() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace onbehalf::service
