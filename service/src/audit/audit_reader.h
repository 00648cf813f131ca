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

// Which lines are wanted: those to which all that is set applies.
struct AuditFilter {
  std::optional<win32::Sid> account;  // whose request or change it was
  std::optional<std::string> method;
  // Decisions by which a request was denied, and outcomes of those whose method itself denied it
  // (AccessDenied).
  bool denied_only = false;
};

struct AuditPage {
  std::vector<std::string> lines;  // oldest first, each a JSON object as it stands in its file
  std::string cursor;              // where to go on: for AuditReader::After
  bool more = false;               // there may be lines behind the cursor that have not been looked at
};

// Reads the audit's files, also while they are written; needs nothing of the process that writes them.
// A page has at most `limit` lines and, beyond its first line, `page_bytes`; less when `stop` is asked for. A
// line that is only half written yet is not given. Throws win32::Win32Error for a file that cannot be read.
// Any thread, several at once.
class AuditReader {
 public:
  static constexpr std::size_t kPageBytes = 2 * 1024 * 1024;

  explicit AuditReader(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // The newest lines that fit. `more` is false: nothing is behind them yet.
  AuditPage Newest(const AuditFilter& filter, std::size_t limit, const std::stop_token& stop = {},
                   std::size_t page_bytes = kPageBytes) const;
  // The next ones behind a cursor; when its file has been removed meanwhile, those of the oldest file that is
  // newer. Looks at no more than `scan_bytes` and the rest of a line, whether they are wanted or not. nullopt for a text
  // that is not a cursor.
  std::optional<AuditPage> After(std::string_view cursor, const AuditFilter& filter, std::size_t limit,
                                 const std::stop_token& stop = {}, std::size_t page_bytes = kPageBytes,
                                 std::size_t scan_bytes = std::numeric_limits<std::size_t>::max()) const;

 private:
  const std::filesystem::path folder_;
};

}  // namespace onbehalf::service
