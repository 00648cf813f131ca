#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace onbehalf::service {

// Dates and times of databases as ISO 8601 text, without a time zone: what a time is relative to is up to the
// database.

// ODBC's SQL_DATE_STRUCT, SQL_TIME_STRUCT and SQL_TIMESTAMP_STRUCT, without its headers.
struct SqlDate {
  std::int16_t year = 0;
  std::uint16_t month = 0;
  std::uint16_t day = 0;
};
struct SqlTime {
  std::uint16_t hour = 0;
  std::uint16_t minute = 0;
  std::uint16_t second = 0;
};
struct SqlTimestamp {
  SqlDate date;
  SqlTime time;
  std::uint32_t nanoseconds = 0;
};

// 2026-11-25, with a year from 1 to 9999.
std::optional<SqlDate> ParseSqlDate(std::string_view text);
// 18:55:00
std::optional<SqlTime> ParseSqlTime(std::string_view text);
// 2026-11-25T18:55:00, with up to nine digits after a point, and T or a blank in the middle.
std::optional<SqlTimestamp> ParseSqlTimestamp(std::string_view text);

std::string ToText(const SqlDate& date);
// Without trailing zeros in the fraction.
std::string ToText(const SqlTimestamp& timestamp);

}  // namespace onbehalf::service
