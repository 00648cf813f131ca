// A dangerous word in SQL text is found wherever it stands; dates and times are written as they were read; a parameter has the
// form that its type allows. Nothing throws.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "database/connection_string.h"
#include "database/sql_parameter_value.h"
#include "database/sql_text.h"
#include "database/sql_time.h"
#include "invariant.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/limits.h"
#include "onbehalf/protocol/utf8.h"

namespace {

using namespace onbehalf::service;

void CheckSql(const std::string& text) {
  LeavesNothingBehind(text);
  ONBEHALF_INVARIANT(!LeavesNothingBehind(text + "; set x"));
  ONBEHALF_INVARIANT(!LeavesNothingBehind("begin " + text));
  // What is refused to a caller's own connection is refused to the service's.
  ONBEHALF_INVARIANT(FaultOfSqliteText(text, true).empty() || !FaultOfSqliteText(text, false).empty());
  for (const bool as_caller : {false, true}) {
    ONBEHALF_INVARIANT(!FaultOfSqliteText(text + " Load_Extension", as_caller).empty());
  }
  ONBEHALF_INVARIANT(!FaultOfSqliteText("Attach " + text, false).empty());
}

void CheckTimes(std::string_view text) {
  if (const auto date = ParseSqlDate(text)) ONBEHALF_INVARIANT(ToText(*date) == text);
  if (const auto time = ParseSqlTime(text)) {
    ONBEHALF_INVARIANT(time->hour < 24 && time->minute < 60 && time->second < 60);
  }
  if (const auto timestamp = ParseSqlTimestamp(text)) {
    const std::string written = ToText(*timestamp);
    const auto again = ParseSqlTimestamp(written);
    ONBEHALF_INVARIANT(again && again->nanoseconds == timestamp->nanoseconds && ToText(*again) == written);
  }
}

void CheckValue(std::string_view text) {
  onbehalf::protocol::Json json;
  if (onbehalf::protocol::ParseJson(text, onbehalf::protocol::JsonLimits{}, json)) return;
  const auto read = ReadParameterValue(json, "p");
  if (!read.ok()) {
    ONBEHALF_INVARIANT(read.error().message.starts_with("p"));
    ONBEHALF_INVARIANT(onbehalf::protocol::IsUtf8(read.error().message));
    return;
  }
  if (std::holds_alternative<std::monostate>(read->value)) return;
  switch (read->type) {
    case SqlParameterValue::Type::kText:
      ONBEHALF_INVARIANT(std::get<std::string_view>(read->value).find('\0') == std::string_view::npos);
      break;
    case SqlParameterValue::Type::kDecimal: {
      const auto& digits = std::get<std::string>(read->value);
      ONBEHALF_INVARIANT(digits.find_first_not_of("0123456789+-.") == std::string::npos);
      ONBEHALF_INVARIANT(read->fraction_digits < read->digits && read->digits <= digits.size());
      break;
    }
    case SqlParameterValue::Type::kTimestamp:
      ONBEHALF_INVARIANT(read->fraction_digits <= 9);
      break;
    default:
      break;
  }
}

void CheckConnectionString(const std::string& text) {
  const auto secrets = SecretsOf(text);
  const bool tells = std::any_of(secrets.begin(), secrets.end(), [&](const std::string& secret) {
    return text.find(secret) != std::string::npos;
  });
  ONBEHALF_INVARIANT(tells == (WithoutSecrets(text, text) != text));
  ConnectionStringValue(text, "driver");
  FirstKeyOf(text, {"dsn", "driver"});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  CheckSql(text);
  CheckTimes(text);
  CheckValue(text);
  CheckConnectionString(text);
  return 0;
}
