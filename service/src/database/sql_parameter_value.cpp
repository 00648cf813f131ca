#include "database/sql_parameter_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

#include "onbehalf/protocol/base64.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using protocol::Json;
using protocol::Result;
using Type = SqlParameterValue::Type;

constexpr std::size_t kDecimalDigits = 1000;

constexpr std::string_view kExpected =
    "null, a boolean, a number, a string, {\"base64\": \"…\"} or {\"type\": \"…\", \"value\": …}";

constexpr std::string_view kExpectedText = "a string without U+0000";

std::size_t DigitsFrom(std::string_view text, std::size_t start) {
  std::size_t end = start;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  return end - start;
}

// Each creates a value of one type; nullopt for JSON that does not fit.

// Drivers that keep texts as C strings silently cut them off at a NUL (psqlODBC), so it is refused.
std::optional<SqlParameterValue> Text(const Json& json) {
  if (!json.is_string()) return std::nullopt;
  const std::string_view text = json.get_ref<const std::string&>();
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  return SqlParameterValue{Type::kText, text};
}

std::optional<SqlParameterValue> Number(const Json& json) {
  if (!json.is_number()) return std::nullopt;
  return SqlParameterValue{Type::kNumber, json.get<double>()};
}

std::optional<SqlParameterValue> Boolean(const Json& json) {
  if (!json.is_boolean()) return std::nullopt;
  return SqlParameterValue{Type::kBoolean, json.get<bool>()};
}

// [+-]digits[.digits] only, so that drivers cannot interpret it differently.
std::optional<SqlParameterValue> Decimal(std::string text) {
  const std::size_t start = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  const std::size_t whole = DigitsFrom(text, start);
  std::size_t end = start + whole;
  std::size_t fraction = 0;
  if (end < text.size() && text[end] == '.') {
    fraction = DigitsFrom(text, end + 1);
    if (fraction == 0) return std::nullopt;
    end += 1 + fraction;
  }
  if (whole == 0 || end != text.size() || whole + fraction > kDecimalDigits) return std::nullopt;
  return SqlParameterValue{Type::kDecimal, std::move(text), whole + fraction, fraction};
}

// Beyond signed 64 bits it becomes a decimal.
std::optional<SqlParameterValue> Integer(const Json& json) {
  if (json.is_number_unsigned()) {
    const auto number = json.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(INT64_MAX)) return Decimal(std::to_string(number));
    return SqlParameterValue{Type::kInteger, static_cast<std::int64_t>(number)};
  }
  if (json.is_number_integer()) return SqlParameterValue{Type::kInteger, json.get<std::int64_t>()};
  if (!json.is_string()) return std::nullopt;
  // Integers may come as text, for callers whose JSON has no integers beyond 2^53.
  const auto& text = json.get_ref<const std::string&>();
  if (text.find('.') != std::string::npos) return std::nullopt;
  const bool has_plus = text.starts_with('+') && !text.starts_with("+-");
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + (has_plus ? 1 : 0), end, number);
  if (read.ec == std::errc() && read.ptr == end) return SqlParameterValue{Type::kInteger, number};
  return Decimal(text);
}

std::optional<SqlParameterValue> IntegerOrDecimal(const Json& json) {
  return json.is_string() ? Decimal(json.get<std::string>()) : Integer(json);
}

std::optional<SqlParameterValue> Binary(const Json& json) {
  if (!json.is_string()) return std::nullopt;
  auto bytes = protocol::FromBase64(json.get_ref<const std::string&>());
  if (!bytes) return std::nullopt;
  return SqlParameterValue{Type::kBinary, *std::move(bytes)};
}

std::optional<SqlParameterValue> Guid(const Json& json) {
  if (!json.is_string()) return std::nullopt;
  const std::string_view text = json.get_ref<const std::string&>();
  if (text.size() != 36) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (is_dash ? c != '-' : !is_hex) return std::nullopt;
  }
  return SqlParameterValue{Type::kGuid, text};
}

std::optional<SqlParameterValue> Date(const Json& json) {
  if (!json.is_string()) return std::nullopt;
  const auto date = ParseSqlDate(json.get_ref<const std::string&>());
  if (!date) return std::nullopt;
  return SqlParameterValue{Type::kDate, *date};
}

std::optional<SqlParameterValue> Time(const Json& json) {
  if (!json.is_string()) return std::nullopt;
  const auto time = ParseSqlTime(json.get_ref<const std::string&>());
  if (!time) return std::nullopt;
  return SqlParameterValue{Type::kTime, *time};
}

std::optional<SqlParameterValue> Timestamp(const Json& json) {
  if (!json.is_string()) return std::nullopt;
  const auto& text = json.get_ref<const std::string&>();
  const auto timestamp = ParseSqlTimestamp(text);
  if (!timestamp) return std::nullopt;
  // As many fraction digits as given: a column with fewer would refuse padding (22008).
  const std::size_t point = text.find('.');
  return SqlParameterValue{Type::kTimestamp, *timestamp, 0,
                           point == std::string::npos ? 0 : text.size() - point - 1};
}

// The words for "type", and what values are expected.
struct Kind {
  std::string_view word;
  Type type;
  std::string_view expected;
  std::optional<SqlParameterValue> (*read)(const Json&);
};
constexpr std::array<Kind, 10> kKinds{{
    {"text", Type::kText, kExpectedText, Text},
    {"integer", Type::kInteger, "an integer, or one in a string", Integer},
    {"number", Type::kNumber, "a number", Number},
    {"decimal", Type::kDecimal, "an integer, or a decimal number such as 12.50 in a string",
     IntegerOrDecimal},
    {"boolean", Type::kBoolean, "true or false", Boolean},
    {"binary", Type::kBinary, "base64 in a string", Binary},
    {"guid", Type::kGuid, "a GUID without braces in a string", Guid},
    {"date", Type::kDate, "a date such as 2026-11-25 in a string", Date},
    {"time", Type::kTime, "a time such as 18:55:00 in a string", Time},
    {"timestamp", Type::kTimestamp, "a time such as 2026-11-25T18:55:00.123 in a string, without a zone",
     Timestamp},
}};

Error Invalid(const std::string& place, std::string_view expected) {
  return protocol::InvalidParams(place + ": expected " + std::string(expected));
}

Result<SqlParameterValue> Typed(const Json& object, const std::string& place) {
  const auto type = object.find("type");
  if (object.size() != 2 || type == object.end() || !type->is_string() || !object.contains("value")) {
    return Invalid(place, kExpected);
  }
  const auto kind = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& one) {
    return one.word == type->get_ref<const std::string&>();
  });
  if (kind == kKinds.end()) {
    std::string words;
    for (const Kind& one : kKinds) words += (words.empty() ? "" : ", ") + std::string(one.word);
    return Invalid(place + ".type", "one of " + words);
  }
  const Json& json = object.at("value");
  if (json.is_null()) return SqlParameterValue{kind->type, {}};
  if (auto value = kind->read(json)) return *std::move(value);
  return Invalid(place + ".value", kind->expected);
}

}  // namespace

Result<SqlParameterValue> ReadParameterValue(const Json& json, const std::string& place) {
  switch (json.type()) {
    case Json::value_t::null:
      return SqlParameterValue{};
    case Json::value_t::boolean:
      return *Boolean(json);
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return *Integer(json);
    case Json::value_t::number_float:
      return *Number(json);
    case Json::value_t::string:
      if (auto value = Text(json)) return *std::move(value);
      return Invalid(place, kExpectedText);
    case Json::value_t::object:
      if (json.size() == 1 && json.contains("base64")) {
        if (auto value = Binary(json.at("base64"))) return *std::move(value);
        return Invalid(place + ".base64", "base64 in a string");
      }
      return Typed(json, place);
    default:
      return Invalid(place, kExpected);
  }
}

}  // namespace onbehalf::service
