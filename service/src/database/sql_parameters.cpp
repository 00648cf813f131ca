#include "database/sql_parameters.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "database/odbc_error.h"
#include "database/sql_parameter_value.h"
#include "onbehalf/win32/utf.h"

namespace onbehalf::service {

using protocol::Json;
using protocol::Result;

namespace {

// Longer texts are bound as SQL's long types: SQL Server has no others for them.
constexpr std::size_t kLongTextUnits = 4000;
constexpr std::size_t kLongBinaryBytes = 8000;

}  // namespace

// Turns a value that was read into what is bound.
struct SqlParameters::Binding {
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

  static Value Text(const SqlParameterValue& read) {
    if (IsNull(read)) return Null(SQL_C_WCHAR, SQL_WVARCHAR);
    const std::wstring text = win32::ToWide(std::get<std::string_view>(read.value));
    return Of(SQL_C_WCHAR,
              static_cast<SQLSMALLINT>(text.size() > kLongTextUnits ? SQL_WLONGVARCHAR : SQL_WVARCHAR),
              std::max<SQLULEN>(text.size(), 1), text.data(), text.size() * sizeof(wchar_t));
  }
  static Value Decimal(const SqlParameterValue& read) {
    if (IsNull(read)) return Null(SQL_C_CHAR, SQL_DECIMAL);
    const auto& text = std::get<std::string>(read.value);
    return Of(SQL_C_CHAR, SQL_DECIMAL, read.digits, text.data(), text.size(),
              static_cast<SQLSMALLINT>(read.fraction_digits));
  }
  static Value Binary(const SqlParameterValue& read) {
    if (IsNull(read)) return Null(SQL_C_BINARY, SQL_VARBINARY);
    const auto& bytes = std::get<std::string>(read.value);
    return Of(SQL_C_BINARY,
              static_cast<SQLSMALLINT>(bytes.size() > kLongBinaryBytes ? SQL_LONGVARBINARY : SQL_VARBINARY),
              std::max<SQLULEN>(bytes.size(), 1), bytes.data(), bytes.size());
  }
  static Value Guid(const SqlParameterValue& read) {
    if (IsNull(read)) return Null(SQL_C_CHAR, SQL_GUID);
    const auto text = std::get<std::string_view>(read.value);
    return Of(SQL_C_CHAR, SQL_GUID, 36, text.data(), text.size());
  }
  static Value Date(const SqlParameterValue& read) {
    if (IsNull(read)) return Null(SQL_C_TYPE_DATE, SQL_TYPE_DATE);
    const auto& date = std::get<SqlDate>(read.value);
    return Fixed(SQL_C_TYPE_DATE, SQL_TYPE_DATE, 10, SQL_DATE_STRUCT{date.year, date.month, date.day});
  }
  static Value Time(const SqlParameterValue& read) {
    if (IsNull(read)) return Null(SQL_C_TYPE_TIME, SQL_TYPE_TIME);
    const auto& time = std::get<SqlTime>(read.value);
    return Fixed(SQL_C_TYPE_TIME, SQL_TYPE_TIME, 8, SQL_TIME_STRUCT{time.hour, time.minute, time.second});
  }
  static Value Timestamp(const SqlParameterValue& read) {
    if (IsNull(read)) return Null(SQL_C_TYPE_TIMESTAMP, SQL_TYPE_TIMESTAMP);
    const auto& [date, time, nanoseconds] = std::get<SqlTimestamp>(read.value);
    const SQL_TIMESTAMP_STRUCT bound{date.year,   date.month,  date.day,   time.hour,
                                     time.minute, time.second, nanoseconds};
    const std::size_t digits = read.fraction_digits;
    return Fixed(SQL_C_TYPE_TIMESTAMP, SQL_TYPE_TIMESTAMP, digits == 0 ? 19 : 20 + digits, bound,
                 static_cast<SQLSMALLINT>(digits));
  }

  static bool IsNull(const SqlParameterValue& read) {
    return std::holds_alternative<std::monostate>(read.value);
  }

  static Value Of(const SqlParameterValue& read) {
    switch (read.type) {
      case SqlParameterValue::Type::kText:
        return Text(read);
      case SqlParameterValue::Type::kInteger:
        if (IsNull(read)) return Null(SQL_C_SBIGINT, SQL_BIGINT);
        return Fixed(SQL_C_SBIGINT, SQL_BIGINT, 19, std::get<std::int64_t>(read.value));
      case SqlParameterValue::Type::kNumber:
        if (IsNull(read)) return Null(SQL_C_DOUBLE, SQL_DOUBLE);
        return Fixed(SQL_C_DOUBLE, SQL_DOUBLE, 15, std::get<double>(read.value));
      case SqlParameterValue::Type::kDecimal:
        return Decimal(read);
      case SqlParameterValue::Type::kBoolean:
        if (IsNull(read)) return Null(SQL_C_BIT, SQL_BIT);
        return Fixed(SQL_C_BIT, SQL_BIT, 1, static_cast<unsigned char>(std::get<bool>(read.value) ? 1 : 0));
      case SqlParameterValue::Type::kBinary:
        return Binary(read);
      case SqlParameterValue::Type::kGuid:
        return Guid(read);
      case SqlParameterValue::Type::kDate:
        return Date(read);
      case SqlParameterValue::Type::kTime:
        return Time(read);
      case SqlParameterValue::Type::kTimestamp:
        break;
    }
    return Timestamp(read);
  }
};

Result<SqlParameters> SqlParameters::FromJson(const Json& values, const std::string& name) {
  SqlParameters parameters;
  parameters.values_.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    ONBEHALF_TRY(const auto& read, ReadParameterValue(values[i], name + "[" + std::to_string(i) + "]"));
    parameters.values_.push_back(Binding::Of(read));
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
