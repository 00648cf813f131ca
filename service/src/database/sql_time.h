#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "database/odbc_handle.h"

namespace onbehalf::service {

// Dates and times of databases as ISO 8601 text, without a time zone: what a time is relative to is up to the
// database.

// 2026-11-25, with a year from 1 to 9999.
std::optional<SQL_DATE_STRUCT> ParseSqlDate(std::string_view text);
// 18:55:00
std::optional<SQL_TIME_STRUCT> ParseSqlTime(std::string_view text);
// 2026-11-25T18:55:00, with up to nine digits after a point, and T or a blank in the middle.
std::optional<SQL_TIMESTAMP_STRUCT> ParseSqlTimestamp(std::string_view text);

std::string ToText(const SQL_DATE_STRUCT& date);
// Without trailing zeros in the fraction.
std::string ToText(const SQL_TIMESTAMP_STRUCT& timestamp);

}  // namespace onbehalf::service
