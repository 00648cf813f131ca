#include "database/sql_time.h"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace onbehalf::service {
namespace {

constexpr std::size_t kDateLength = 10;
constexpr std::size_t kTimeLength = 8;

// The number of `digits` digits from `start` on; -1 if one of them is not a digit.
int Number(std::string_view text, std::size_t start, std::size_t digits) {
  int number = 0;
  for (std::size_t i = start; i < start + digits; ++i) {
    if (i >= text.size() || text[i] < '0' || text[i] > '9') return -1;
    number = number * 10 + (text[i] - '0');
  }
  return number;
}

// A result may have one in every row: snprintf would dominate the cost of reading the row.
void AppendDigits(std::string& text, std::uint32_t number, std::size_t digits) {
  const std::size_t start = text.size();
  text.resize(start + digits);
  for (std::size_t i = digits; i > 0; --i, number /= 10)
    text[start + i - 1] = static_cast<char>('0' + number % 10);
}

}  // namespace

std::optional<SqlDate> ParseSqlDate(std::string_view text) {
  if (text.size() != kDateLength || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = Number(text, 0, 4);
  const int month = Number(text, 5, 2);
  const int day = Number(text, 8, 2);
  if (year < 1 || month < 1 || day < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return SqlDate{static_cast<std::int16_t>(year), static_cast<std::uint16_t>(month),
                 static_cast<std::uint16_t>(day)};
}

std::optional<SqlTime> ParseSqlTime(std::string_view text) {
  if (text.size() != kTimeLength || text[2] != ':' || text[5] != ':') return std::nullopt;
  const int hour = Number(text, 0, 2);
  const int minute = Number(text, 3, 2);
  const int second = Number(text, 6, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
  return SqlTime{static_cast<std::uint16_t>(hour), static_cast<std::uint16_t>(minute),
                 static_cast<std::uint16_t>(second)};
}

std::optional<SqlTimestamp> ParseSqlTimestamp(std::string_view text) {
  constexpr std::size_t kWhole = kDateLength + 1 + kTimeLength;
  if (text.size() < kWhole || (text[kDateLength] != 'T' && text[kDateLength] != ' ')) return std::nullopt;
  const auto date = ParseSqlDate(text.substr(0, kDateLength));
  const auto time = ParseSqlTime(text.substr(kDateLength + 1, kTimeLength));
  if (!date || !time) return std::nullopt;
  int nanoseconds = 0;
  if (text.size() > kWhole) {
    const std::size_t digits = text.size() - kWhole - 1;
    if (text[kWhole] != '.' || digits < 1 || digits > 9) return std::nullopt;
    nanoseconds = Number(text, kWhole + 1, digits);
    if (nanoseconds < 0) return std::nullopt;
    for (std::size_t i = digits; i < 9; ++i) nanoseconds *= 10;
  }
  return SqlTimestamp{*date, *time, static_cast<std::uint32_t>(nanoseconds)};
}

std::string ToText(const SqlDate& date) {
  std::string text;
  if (date.year >= 0 && date.year <= 9999) {
    AppendDigits(text, static_cast<std::uint32_t>(date.year), 4);
  } else {
    text = std::to_string(date.year);
  }
  text += '-';
  AppendDigits(text, date.month, 2);
  text += '-';
  AppendDigits(text, date.day, 2);
  return text;
}

std::string ToText(const SqlTimestamp& timestamp) {
  std::string text = ToText(timestamp.date);
  text += 'T';
  AppendDigits(text, timestamp.time.hour, 2);
  text += ':';
  AppendDigits(text, timestamp.time.minute, 2);
  text += ':';
  AppendDigits(text, timestamp.time.second, 2);
  if (timestamp.nanoseconds != 0) {
    text += '.';
    AppendDigits(text, timestamp.nanoseconds, 9);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text;
}

}  // namespace onbehalf::service
