#pragma once

#include <cstddef>
#include <filesystem>
#include <limits>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/win32/sid.h"

namespace onbehalf::service {

// Selects lines: those that match everything that is set.
struct AuditFilter {
  std::optional<win32::Sid> account;  // whose request or change it was
  std::optional<std::string> method;
  // Denied decisions, and outcomes of requests that the method itself denied (AccessDenied).
  bool denied_only = false;
};

struct AuditPage {
  std::vector<std::string> lines;  // oldest first, each a JSON object exactly as in its file
  std::string cursor;              // where to continue: for AuditReader::After
  bool more = false;               // there may be lines after the cursor that were not examined
};

// Reads the audit's files, even while they are written; independent of the process that writes them. A page has at most `limit`
// lines and at most `page_bytes` beyond its first line; fewer if `stop` is requested. Incomplete lines are not returned. Throws
// win32::Win32Error for a file that cannot be read. Any thread, several at once.
class AuditReader {
 public:
  static constexpr std::size_t kPageBytes = 2 * 1024 * 1024;

  explicit AuditReader(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // The newest lines that fit. `more` is false: nothing follows them yet.
  AuditPage Newest(const AuditFilter& filter, std::size_t limit, const std::stop_token& stop = {},
                   std::size_t page_bytes = kPageBytes) const;
  // The next lines after a cursor; if its file has been removed, those of the oldest newer file. Examines at most `scan_bytes`
  // and the rest of a line, whether lines match or not. nullopt if the text is not a cursor.
  std::optional<AuditPage> After(std::string_view cursor, const AuditFilter& filter, std::size_t limit,
                                 const std::stop_token& stop = {}, std::size_t page_bytes = kPageBytes,
                                 std::size_t scan_bytes = std::numeric_limits<std::size_t>::max()) const;

 private:
  const std::filesystem::path folder_;
};

}  // namespace onbehalf::service
