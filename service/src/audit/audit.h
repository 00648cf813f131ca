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
#include "onbehalf/protocol/service_name.h"
#include "onbehalf/service/settings.h"
#include "storage/file_operations.h"

namespace onbehalf::service {

// Whether the audit can be written, as service.status reports it.
struct AuditState {
  bool ok = true;
  std::chrono::system_clock::time_point since;  // of the first line that could not be written
  std::string error;                            // "ERROR_DISK_FULL: There is not enough space on the disk."
  std::uint64_t lines_lost = 0;
};

struct AuditOptions {
  Settings::Audit settings = {};
  // The time of a line, which also determines its file's day.
  std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;
  std::shared_ptr<AnchorLog> anchors = nullptr;  // nullptr: no anchors
  // Receives denials (if the caller may know the method), policy changes and failures: on a thread of the process's pool, one at
  // a time.
  std::function<void(Event, std::initializer_list<std::string_view>)> report =
      [](Event event, std::initializer_list<std::string_view> strings) {
        ReportToEventLog(protocol::ServiceName().EventSource(), event, strings);
      };
  FileOperations* files = &FileOperations::Windows();  // must outlive the audit
};

// The audit: audit-YYYY-MM-DD.jsonl (UTC), then audit-YYYY-MM-DD.2.jsonl and so on once a file has reached
// Settings::Audit::file_bytes. One JSON object per line, appended with FILE_APPEND_DATA only, and no other writer while the file
// is open. A line is in the file system when the function returns. Fields are escaped and bounded. Accounts are SIDs: names are
// not looked up here, because a domain controller can be slow.
//
// The lines form a chain (audit_chain.h): each has a number and a hash over the previous line's hash and itself. The chain is
// anchored in the anchors' log when a file is begun, every anchor_lines lines or anchor_minutes minutes in which there are any,
// and at the end. A restart continues the chain of the newest file. Anything after its last whole line (the process was killed,
// the disk was full) is terminated and declared by a "torn" line with its hash. When a file is begun, files that are too old or
// exceed the total size are removed, each after a "retention" line that records where the chain then begins.
//
// Any thread, except one that impersonates (then the process ends). Returns false if the line could not be written: the next
// call tries again, and the first line after that is a "gap" line with the number of missing lines. Failures of Windows' hash
// functions are thrown. A file that was removed, renamed or replaced is noticed within a second.
class Audit {
 public:
  // Does not open a file yet. Throws win32::Win32Error if SHA-256 is not available.
  explicit Audit(const std::filesystem::path& folder, AuditOptions options = {});
  // Anchors what is not yet anchored, and waits for pending events.
  ~Audit();
  Audit(const Audit&) = delete;
  Audit& operator=(const Audit&) = delete;

  // Opens the file and anchors its chain, at the service's start. If it cannot be opened, the first line tries again.
  [[nodiscard]] bool Open();

  [[nodiscard]] bool Record(const AuditDecision& decision);
  [[nodiscard]] bool Record(const AuditOutcome& outcome);
  [[nodiscard]] bool Record(const AuditPolicyChange& change);
  // A recorded policy change did not take effect after all; the arguments are those it was recorded with.
  [[nodiscard]] bool RecordWithdrawn(std::string_view request_id, std::uint64_t version);

  // Calls a function after each written line, as long as this object lives. The call is on the thread that wrote the line, under
  // a lock: it must not wait, nor use the audit.
  class Follower {
   public:
    Follower(Audit& audit, std::function<void()> on_line);
    // No call follows.
    ~Follower();
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;

   private:
    friend class Audit;
    Audit& audit_;
    const std::function<void()> on_line_;
  };

  AuditState State() const;
  // The last line written and its file; nullopt before the first line.
  std::optional<AuditAnchor> Head() const;
  // Anchors the current position of the chain unless it is anchored already.
  void Anchor();
  // Waits until the events of everything recorded so far have been reported.
  void Flush();

  const Settings::Audit& settings() const;
  const std::filesystem::path& folder() const;
  const std::shared_ptr<AnchorLog>& anchors() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace onbehalf::service
