#include "database/sql_parameter_value.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "onbehalf/protocol/error_code.h"

namespace onbehalf::service {
namespace {

using protocol::Json;
using Type = SqlParameterValue::Type;

// The value as text with its type in front, or the error's message.
std::string Read(const Json& json) {
  const auto result = ReadParameterValue(json, "p[0]");
  if (const auto* error = result.error_if()) {
    EXPECT_EQ(error->code, protocol::ErrorCode::kInvalidParams);
    return error->message;
  }
  struct {
    std::string operator()(std::monostate) const { return "NULL"; }
    std::string operator()(std::string_view text) const { return std::string(text); }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const { return Json(number).dump(); }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(const SqlDate& date) const { return ToText(date); }
    std::string operator()(const SqlTime& time) const {
      return std::to_string(time.hour) + ":" + std::to_string(time.minute) + ":" +
             std::to_string(time.second);
    }
    std::string operator()(const SqlTimestamp& timestamp) const { return ToText(timestamp); }
  } text;
  constexpr const char* kNames[] = {"text",   "integer", "number", "decimal", "boolean",
                                    "binary", "guid",    "date",   "time",    "timestamp"};
  std::string all = kNames[static_cast<int>(result->type)];
  if (result->digits != 0) all += "(" + std::to_string(result->digits) + ")";
  if (result->fraction_digits != 0) all += "." + std::to_string(result->fraction_digits);
  return all + " " + std::visit(text, result->value);
}

std::string Typed(const char* type, const Json& value) { return Read({{"type", type}, {"value", value}}); }

TEST(SqlParameterValue, HasTheTypeOfItsJson) {
  EXPECT_EQ(Read(nullptr), "text NULL");
  EXPECT_EQ(Read(true), "boolean true");
  EXPECT_EQ(Read(-7), "integer -7");
  EXPECT_EQ(Read(INT64_MIN), "integer -9223372036854775808");
  EXPECT_EQ(Read(9223372036854775808ULL), "decimal(19) 9223372036854775808");
  EXPECT_EQ(Read(1.5), "number 1.5");
  EXPECT_EQ(Read(""), "text ");
  EXPECT_EQ(Read("\xC3\xB6"), "text \xC3\xB6");
  EXPECT_EQ(Read({{"base64", "YWJj"}}), "binary abc");
  EXPECT_EQ(Read({{"base64", ""}}), "binary ");
}

TEST(SqlParameterValue, HasTheTypeThatIsAskedFor) {
  for (const char* type :
       {"text", "integer", "number", "decimal", "boolean", "binary", "guid", "date", "time", "timestamp"}) {
    EXPECT_EQ(Typed(type, nullptr), std::string(type) + " NULL");
  }
  EXPECT_EQ(Typed("text", "x"), "text x");
  EXPECT_EQ(Typed("integer", "+9223372036854775807"), "integer 9223372036854775807");
  EXPECT_EQ(Typed("integer", "9223372036854775808"), "decimal(19) 9223372036854775808");
  EXPECT_EQ(Typed("integer", "-7"), "integer -7");
  EXPECT_EQ(Typed("number", 3), "number 3.0");
  EXPECT_EQ(Typed("decimal", "-12.50"), "decimal(4).2 -12.50");
  EXPECT_EQ(Typed("decimal", "+7"), "decimal(1) +7");
  EXPECT_EQ(Typed("decimal", 7), "integer 7");
  EXPECT_EQ(Typed("decimal", std::string(1000, '9')), "decimal(1000) " + std::string(1000, '9'));
  EXPECT_EQ(Typed("boolean", false), "boolean false");
  EXPECT_EQ(Typed("binary", "AAE="), std::string("binary \0\1", 9));
  EXPECT_EQ(Typed("guid", "01234567-89ab-CDEF-0123-456789abcdef"),
            "guid 01234567-89ab-CDEF-0123-456789abcdef");
  EXPECT_EQ(Typed("date", "2026-11-25"), "date 2026-11-25");
  EXPECT_EQ(Typed("time", "18:55:01"), "time 18:55:1");
  EXPECT_EQ(Typed("timestamp", "2026-11-25T18:55:00"), "timestamp 2026-11-25T18:55:00");
  EXPECT_EQ(Typed("timestamp", "2026-11-25T18:55:00.120"), "timestamp.3 2026-11-25T18:55:00.12");
}

TEST(SqlParameterValue, SaysWhatWasExpectedInThePlaceOfWhatIsNone) {
  const std::string anything =
      "p[0]: expected null, a boolean, a number, a string, {\"base64\": \"…\"} or {\"type\": \"…\", \"value\": …}";
  for (const Json& json : std::vector<Json>{Json::array(),
                                            Json::object(),
                                            {{"base64", "YWJj"}, {"more", 1}},
                                            {{"type", "text"}},
                                            {{"type", 1}, {"value", 1}},
                                            {{"type", "text"}, {"value", ""}, {"more", 1}}}) {
    EXPECT_EQ(Read(json), anything) << json;
  }
  EXPECT_EQ(Read({{"base64", "%"}}), "p[0].base64: expected base64 in a string");
  EXPECT_EQ(Read({{"base64", 7}}), "p[0].base64: expected base64 in a string");
  EXPECT_EQ(Typed("money", 1),
            "p[0].type: expected one of text, integer, number, decimal, boolean, binary, guid, date, time, "
            "timestamp");
}

TEST(SqlParameterValue, RefusesWhatADriverMightReadAsSomethingElse) {
  const std::string nul("a\0b", 3);
  EXPECT_EQ(Read(nul), "p[0]: expected a string without U+0000");
  EXPECT_EQ(Typed("text", nul), "p[0].value: expected a string without U+0000");
  EXPECT_EQ(Typed("text", 1), "p[0].value: expected a string without U+0000");
  for (const Json& json : std::vector<Json>{1.5, "1.5", "+-7", "7x", "", "0x10", " 7", true}) {
    EXPECT_EQ(Typed("integer", json), "p[0].value: expected an integer, or one in a string") << json;
  }
  for (const Json& json :
       std::vector<Json>{1.5, "", ".5", "5.", "1e5", "1;drop", "--1", "1,5", std::string(1001, '9'), true}) {
    EXPECT_EQ(Typed("decimal", json),
              "p[0].value: expected an integer, or a decimal number such as 12.50 in a string")
        << json;
  }
  EXPECT_EQ(Typed("number", "1.5"), "p[0].value: expected a number");
  EXPECT_EQ(Typed("boolean", 1), "p[0].value: expected true or false");
  for (const char* text : {"", "{01234567-89ab-cdef-0123-456789abcdef}", "0123456789abcdef0123456789abcdef",
                           "01234567-89ab-cdef-0123-456789abcdeg"}) {
    EXPECT_EQ(Typed("guid", text), "p[0].value: expected a GUID without braces in a string") << text;
  }
  EXPECT_EQ(Typed("date", "2026-02-30"), "p[0].value: expected a date such as 2026-11-25 in a string");
  EXPECT_EQ(Typed("time", 5), "p[0].value: expected a time such as 18:55:00 in a string");
  EXPECT_EQ(Typed("timestamp", "2026-11-25T18:55:00Z"),
            "p[0].value: expected a time such as 2026-11-25T18:55:00.123 in a string, without a zone");
}

}  // namespace
}  // namespace onbehalf::service
