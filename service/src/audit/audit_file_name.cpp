#include "audit/audit_file_name.h"

#include <charconv>
#include <cstddef>
#include <system_error>

namespace onbehalf::service {
namespace {

constexpr std::string_view kPrefix = "audit-";
constexpr std::string_view kSuffix = ".jsonl";
constexpr std::size_t kDayCharacters = 10;

bool IsDay(std::string_view text) {
  if (text.size() != kDayCharacters) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 4 || i == 7;
    if (hyphen ? text[i] != '-' : text[i] < '0' || text[i] > '9') return false;
  }
  return true;
}

}  // namespace

std::string AuditFileName::ToString() const {
  std::string text(kPrefix);
  text += day;
  if (number != 1) text += "." + std::to_string(number);
  text += kSuffix;
  return text;
}

std::optional<std::chrono::sys_days> AuditFileName::Begin() const {
  if (!IsDay(day)) return std::nullopt;
  const auto number_at = [this](std::size_t at, std::size_t count) {
    int value = 0;
    std::from_chars(day.data() + at, day.data() + at + count, value);
    return value;
  };
  const std::chrono::year_month_day date(std::chrono::year(number_at(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(number_at(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number_at(8, 2))));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

std::optional<AuditFileName> AuditFileName::FromText(std::string_view text) {
  if (!text.starts_with(kPrefix) || !text.ends_with(kSuffix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  if (text.size() < kDayCharacters + kSuffix.size()) return std::nullopt;
  text.remove_suffix(kSuffix.size());
  AuditFileName name;
  name.day = text.substr(0, kDayCharacters);
  text.remove_prefix(kDayCharacters);
  if (!IsDay(name.day)) return std::nullopt;
  if (text.empty()) return name;
  if (!text.starts_with('.') || text.starts_with(".0")) return std::nullopt;
  text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), name.number);
  if (error != std::errc() || end != text.data() + text.size() || name.number < 2) return std::nullopt;
  return name;
}

}  // namespace onbehalf::service
