#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace onbehalf::service {

// A file of the audit: audit-2026-11-22.jsonl, then audit-2026-11-22.2.jsonl and so on for the same day (UTC). Sorted in the
// order they were written.
struct AuditFileName {
  std::string day;  // "2026-11-22"
  std::uint32_t number = 1;

  std::string ToString() const;
  // The beginning of the day; nullopt if there is no such day ("2026-02-30").
  std::optional<std::chrono::sys_days> Begin() const;
  // nullopt for any other name.
  static std::optional<AuditFileName> FromText(std::string_view text);
  friend auto operator<=>(const AuditFileName&, const AuditFileName&) = default;
  friend bool operator==(const AuditFileName&, const AuditFileName&) = default;
};

}  // namespace onbehalf::service
