#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "database/sql_time.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/result.h"

namespace onbehalf::service {

// A parameter of a statement, as read from JSON.
struct SqlParameterValue {
  enum class Type { kText, kInteger, kNumber, kDecimal, kBoolean, kBinary, kGuid, kDate, kTime, kTimestamp };

  Type type = Type::kText;
  // By type; kText and kGuid: a string_view, borrowed from the JSON; kDecimal (its digits) and kBinary (its bytes): a string.
  // monostate: NULL.
  std::variant<std::monostate, std::string_view, std::string, std::int64_t, double, bool, SqlDate, SqlTime,
               SqlTimestamp>
      value;
  // The digits of a kDecimal, and those in its fraction or that of a kTimestamp.
  std::size_t digits = 0;
  std::size_t fraction_digits = 0;
};

// null, booleans, numbers, strings, {"base64": …} and {"type": …, "value": …}. InvalidParams for anything else, which the
// message calls `place`.
protocol::Result<SqlParameterValue> ReadParameterValue(const protocol::Json& json, const std::string& place);

}  // namespace onbehalf::service
