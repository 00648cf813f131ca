#include "database/sql_parameters.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "database/odbc_error.h"
#include "database/sql_time.h"
#include "onbehalf/protocol/base64.h"
#include "onbehalf/win32/utf.h"

namespace onbehalf::service {

using protocol::Error;
using protocol::ErrorCode;
using protocol::Json;
using protocol::Result;

namespace {

// Longer texts are bound as SQL's long types: SQL Server has no others for them.
constexpr std::size_t kLongTextUnits = 4000;
constexpr std::size_t kLongBinaryBytes = 8000;
constexpr std::size_t kDecimalDigits = 1000;

constexpr std::string_view kExpected =
    "null, a boolean, a number, a string, {\"base64\": \"…\"} or {\"type\": \"…\", \"value\": …}";

constexpr std::string_view kExpectedText = "a string without U+0000";

std::size_t DigitsFrom(std::string_view text, std::size_t start) {
  std::size_t end = start;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  return end - start;
}

}  // namespace

// Creates one value of each kind; nullopt for JSON that does not fit.
struct SqlParameters::Reader {
  static Value Of(SQLSMALLINT c_type, SQLSMALLINT sql_type, SQLULEN size, const void* data, std::size_t bytes,
                  SQLSMALLINT digits = 0) {
    Value value{c_type, sql_type, size, digits, {}, static_cast<SQLLEN>(bytes)};
    // At least one byte, so that an empty value has an address.
    value.bytes.resize(std::max<std::size_t>(bytes, 1));
    if (bytes != 0) std::memcpy(value.bytes.data(), data, bytes);
    return value;
  }
  template <typename Number>
  static Value Fixed(SQLSMALLINT c_type, SQLSMALLINT sql_type, SQLULEN size, const Number& number,
                     SQLSMALLINT digits = 0) {
    return Of(c_type, sql_type, size, &number, sizeof(number), digits);
  }
  static Value Null(SQLSMALLINT c_type, SQLSMALLINT sql_type) {
    Value value{c_type, sql_type, 1, 0, {}, SQL_NULL_DATA};
    value.bytes.resize(1);
    return value;
  }
  // Drivers that keep texts as C strings silently cut them off at a NUL (psqlODBC), so it is refused.
  static std::optional<Value> Text(std::string_view utf8) {
    if (utf8.find('\0') != std::string_view::npos) return std::nullopt;
    const std::wstring text = win32::ToWide(utf8);
    return Of(SQL_C_WCHAR,
              static_cast<SQLSMALLINT>(text.size() > kLongTextUnits ? SQL_WLONGVARCHAR : SQL_WVARCHAR),
              std::max<SQLULEN>(text.size(), 1), text.data(), text.size() * sizeof(wchar_t));
  }
  static Value Boolean(bool value) {
    return Fixed(SQL_C_BIT, SQL_BIT, 1, static_cast<unsigned char>(value ? 1 : 0));
  }
  static Value Integer(std::int64_t number) { return Fixed(SQL_C_SBIGINT, SQL_BIGINT, 19, number); }
  static Value Number(double number) { return Fixed(SQL_C_DOUBLE, SQL_DOUBLE, 15, number); }

  // [+-]digits[.digits] only, so that drivers cannot interpret it differently.
  static std::optional<Value> Decimal(std::string_view text) {
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
    return Of(SQL_C_CHAR, SQL_DECIMAL, whole + fraction, text.data(), text.size(),
              static_cast<SQLSMALLINT>(fraction));
  }
  // Beyond signed 64 bits it becomes a decimal.
  static std::optional<Value> Integer(const Json& json) {
    if (json.is_number_unsigned()) {
      const auto number = json.get<std::uint64_t>();
      if (number > static_cast<std::uint64_t>(INT64_MAX)) return Decimal(std::to_string(number));
      return Integer(static_cast<std::int64_t>(number));
    }
    if (json.is_number_integer()) return Integer(json.get<std::int64_t>());
    if (!json.is_string()) return std::nullopt;
    // Integers may come as text, for callers whose JSON has no integers beyond 2^53.
    const auto& text = json.get_ref<const std::string&>();
    if (text.find('.') != std::string::npos) return std::nullopt;
    const bool has_plus = text.starts_with('+') && !text.starts_with("+-");
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + (has_plus ? 1 : 0), end, number);
    if (read.ec == std::errc() && read.ptr == end) return Integer(number);
    return Decimal(text);
  }
  static std::optional<Value> Binary(const Json& json) {
    if (!json.is_string()) return std::nullopt;
    const auto bytes = protocol::FromBase64(json.get_ref<const std::string&>());
    if (!bytes) return std::nullopt;
    return Of(SQL_C_BINARY,
              static_cast<SQLSMALLINT>(bytes->size() > kLongBinaryBytes ? SQL_LONGVARBINARY : SQL_VARBINARY),
              std::max<SQLULEN>(bytes->size(), 1), bytes->data(), bytes->size());
  }
  static std::optional<Value> Guid(const Json& json) {
    if (!json.is_string()) return std::nullopt;
    const auto& text = json.get_ref<const std::string&>();
    if (text.size() != 36) return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
      const bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
      if (is_dash ? c != '-' : !is_hex) return std::nullopt;
    }
    return Of(SQL_C_CHAR, SQL_GUID, 36, text.data(), text.size());
  }
  static std::optional<Value> Date(const Json& json) {
    if (!json.is_string()) return std::nullopt;
    const auto date = ParseSqlDate(json.get_ref<const std::string&>());
    if (!date) return std::nullopt;
    return Fixed(SQL_C_TYPE_DATE, SQL_TYPE_DATE, 10, *date);
  }
  static std::optional<Value> Time(const Json& json) {
    if (!json.is_string()) return std::nullopt;
    const auto time = ParseSqlTime(json.get_ref<const std::string&>());
    if (!time) return std::nullopt;
    return Fixed(SQL_C_TYPE_TIME, SQL_TYPE_TIME, 8, *time);
  }
  static std::optional<Value> Timestamp(const Json& json) {
    if (!json.is_string()) return std::nullopt;
    const auto& text = json.get_ref<const std::string&>();
    const auto timestamp = ParseSqlTimestamp(text);
    if (!timestamp) return std::nullopt;
    // As many fraction digits as given: a column with fewer would refuse padding (22008).
    const std::size_t point = text.find('.');
    const std::size_t digits = point == std::string::npos ? 0 : text.size() - point - 1;
    return Fixed(SQL_C_TYPE_TIMESTAMP, SQL_TYPE_TIMESTAMP, digits == 0 ? 19 : 20 + digits, *timestamp,
                 static_cast<SQLSMALLINT>(digits));
  }

  // The words for "type", how a null of that type is bound, and what values are expected.
  struct Kind {
    std::string_view word;
    SQLSMALLINT c_type;
    SQLSMALLINT sql_type;
    std::string_view expected;
    std::optional<Value> (*read)(const Json&);
  };
  static const std::array<Kind, 10>& Kinds() {
    static const std::array<Kind, 10> kKinds{{
        {"text", SQL_C_WCHAR, SQL_WVARCHAR, kExpectedText,
         [](const Json& json) {
           return json.is_string() ? Text(json.get_ref<const std::string&>()) : std::nullopt;
         }},
        {"integer", SQL_C_SBIGINT, SQL_BIGINT, "an integer, or one in a string",
         [](const Json& json) { return Integer(json); }},
        {"number", SQL_C_DOUBLE, SQL_DOUBLE, "a number",
         [](const Json& json) {
           return json.is_number() ? std::optional(Number(json.get<double>())) : std::nullopt;
         }},
        {"decimal", SQL_C_CHAR, SQL_DECIMAL, "an integer, or a decimal number such as 12.50 in a string",
         [](const Json& json) {
           return json.is_string() ? Decimal(json.get_ref<const std::string&>()) : Integer(json);
         }},
        {"boolean", SQL_C_BIT, SQL_BIT, "true or false",
         [](const Json& json) {
           return json.is_boolean() ? std::optional(Boolean(json.get<bool>())) : std::nullopt;
         }},
        {"binary", SQL_C_BINARY, SQL_VARBINARY, "base64 in a string", Binary},
        {"guid", SQL_C_CHAR, SQL_GUID, "a GUID without braces in a string", Guid},
        {"date", SQL_C_TYPE_DATE, SQL_TYPE_DATE, "a date such as 2026-11-25 in a string", Date},
        {"time", SQL_C_TYPE_TIME, SQL_TYPE_TIME, "a time such as 18:55:00 in a string", Time},
        {"timestamp", SQL_C_TYPE_TIMESTAMP, SQL_TYPE_TIMESTAMP,
         "a time such as 2026-11-25T18:55:00.123 in a string, without a zone", Timestamp},
    }};
    return kKinds;
  }

  static Error Invalid(const std::string& place, std::string_view expected) {
    return protocol::InvalidParams(place + ": expected " + std::string(expected));
  }

  static Result<Value> Typed(const Json& object, const std::string& place) {
    const auto type = object.find("type");
    if (object.size() != 2 || type == object.end() || !type->is_string() || !object.contains("value")) {
      return Invalid(place, kExpected);
    }
    const auto& kinds = Kinds();
    const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& one) {
      return one.word == type->get_ref<const std::string&>();
    });
    if (kind == kinds.end()) {
      std::string words;
      for (const Kind& one : kinds) words += (words.empty() ? "" : ", ") + std::string(one.word);
      return Invalid(place + ".type", "one of " + words);
    }
    const Json& json = object.at("value");
    if (json.is_null()) return Null(kind->c_type, kind->sql_type);
    if (auto value = kind->read(json)) return *std::move(value);
    return Invalid(place + ".value", kind->expected);
  }

  static Result<Value> FromJson(const Json& json, const std::string& place) {
    switch (json.type()) {
      case Json::value_t::null:
        return Null(SQL_C_WCHAR, SQL_WVARCHAR);
      case Json::value_t::boolean:
        return Boolean(json.get<bool>());
      case Json::value_t::number_integer:
      case Json::value_t::number_unsigned:
        return *Integer(json);
      case Json::value_t::number_float:
        return Number(json.get<double>());
      case Json::value_t::string:
        if (auto value = Text(json.get_ref<const std::string&>())) return *std::move(value);
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
};

Result<SqlParameters> SqlParameters::FromJson(const Json& values, const std::string& name) {
  SqlParameters parameters;
  parameters.values_.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    ONBEHALF_TRY(auto&& value, Reader::FromJson(values[i], name + "[" + std::to_string(i) + "]"));
    parameters.values_.push_back(std::move(value));
  }
  return parameters;
}

void SqlParameters::BindTo(SQLHSTMT statement) {
  SQLUSMALLINT number = 0;
  for (Value& value : values_) {
    const SQLRETURN result = ::SQLBindParameter(statement, ++number, SQL_PARAM_INPUT, value.c_type,
                                                value.sql_type, value.size, value.digits, value.bytes.data(),
                                                static_cast<SQLLEN>(value.bytes.size()), &value.length);
    CheckOdbc(result, SQL_HANDLE_STMT, statement, "SQLBindParameter");
  }
}

}  // namespace onbehalf::service
