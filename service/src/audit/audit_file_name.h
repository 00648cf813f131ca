#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace onbehalf::service {

// A file of the audit: audit-2026-11-22.jsonl, and audit-2026-11-22.2.jsonl when there is more of that day
// (UTC). Ordered as they were written.
struct AuditFileName {
  std::string day;  // "2026-11-22"
  std::uint32_t number = 1;

  std::string ToString() const;
  // When the day begins; nullopt for a day that no calendar has ("2026-02-30").
  std::optional<std::chrono::sys_days> Begin() const;
  // nullopt for every other name.
  static std::optional<AuditFileName> FromText(std::string_view text);
  friend auto operator<=>(const AuditFileName&, const AuditFileName&) = default;
  friend bool operator==(const AuditFileName&, const AuditFileName&) = default;
};

}  // namespace onbehalf::service
