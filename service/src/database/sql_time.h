#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "database/odbc_handle.h"

namespace onbehalf::service {

// Dates and times of databases as texts of ISO 8601. They carry no zone: what a time is relative to is the database's affair.

// 2026-11-25, of the years 1 to 9999.
std::optional<SQL_DATE_STRUCT> ParseSqlDate(std::string_view text);
// 18:55:00
std::optional<SQL_TIME_STRUCT> ParseSqlTime(std::string_view text);
// 2026-11-25T18:55:00, with up to nine digits behind a point, and T or a blank in the middle.
std::optional<SQL_TIMESTAMP_STRUCT> ParseSqlTimestamp(std::string_view text);

std::string ToText(const SQL_DATE_STRUCT& date);
// The fraction without zeros at its end.
std::string ToText(const SQL_TIMESTAMP_STRUCT& timestamp);

}  // namespace onbehalf::service
