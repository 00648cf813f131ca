#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "onbehalf/service/caller_identity.h"

namespace onbehalf::service {

enum class AuditVerdict {
  kAllowed,
  kDenied,
  kRefused
};  // refused: not by access (level, quota, capture failed, …)

// What is recorded of a request before its handler runs. The views need to live only for the call.
struct AuditDecision {
  std::string_view request_id;
  std::uint64_t connection_id = 0;
  std::string_view method;  // as the caller spelled it: escaped and bounded when written
  // nullptr when the identity could not be captured.
  const CallerIdentity* caller = nullptr;
  const ClientProcess* process = nullptr;
  AuditVerdict verdict = AuditVerdict::kRefused;
  std::string_view
      node;  // the access node whose descriptor decided ("service.status"), empty if none was asked
  std::string_view entry;   // the deciding entry in SDDL, empty if none
  std::string_view reason;  // the error's name for a denial or refusal ("AccessDenied"), empty otherwise
};

// What is recorded after the handler has ended.
struct AuditOutcome {
  std::string_view request_id;
  std::string_view method;
  std::string_view outcome;    // "ok", or the error's name ("WindowsError")
  std::optional<DWORD> win32;  // for WindowsError
  std::chrono::nanoseconds took{};
};

// The audit: logs\audit-YYYY-MM-DD.jsonl (UTC), one JSON object a line, appended with FILE_APPEND_DATA only.
// A line is in the file system when the function returns. Fields are escaped and bounded. Accounts are SIDs:
// their names are not asked for here, because a domain controller can be slow. Any thread, except one that
// impersonates (then the process ends). False when the line could not be written; the request must then be
// refused (AuditUnavailable), and the next call tries anew. A file that was removed, renamed or replaced is
// noticed within a second.
class Audit {
 public:
  using Clock = std::function<std::chrono::system_clock::time_point()>;

  // Opens nothing yet. `now` gives the lines' time, and with it the day of the file.
  explicit Audit(const std::filesystem::path& folder, Clock now = std::chrono::system_clock::now);
  ~Audit();
  Audit(const Audit&) = delete;
  Audit& operator=(const Audit&) = delete;

  [[nodiscard]] bool Record(const AuditDecision& decision);
  [[nodiscard]] bool Record(const AuditOutcome& outcome);

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace onbehalf::service
