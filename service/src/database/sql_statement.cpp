#include "database/sql_statement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "database/odbc_error.h"
#include "database/sql_time.h"
#include "onbehalf/protocol/base64.h"
#include "onbehalf/win32/utf.h"

namespace onbehalf::service {

using protocol::Json;

namespace {

constexpr std::size_t kChunkBytes = 16 * 1024;
constexpr std::size_t kNameUnits = 512;
// The longest JSON of a number, boolean or null, plus a comma.
constexpr std::size_t kScalarBytes = 26;

// Size as JSON, with quotes, escapes and a comma.
std::size_t BytesOf(std::string_view utf8) {
  std::size_t bytes = utf8.size() + 3;
  for (const char c : utf8) {
    if (static_cast<unsigned char>(c) < 0x20) {
      bytes += 5;
    } else if (c == '"' || c == '\\') {
      bytes += 1;
    }
  }
  return bytes;
}

struct TypeRow {
  SQLSMALLINT sql_type;
  std::string_view type;
  SQLSMALLINT c_type;
};

// SQL types of ODBC 3 (appendix D, "SQL Data Types"). All others, including those specific to one database, are read
// as text.
constexpr std::array kTypes{
    TypeRow{SQL_BIT, "boolean", SQL_C_BIT},
    TypeRow{SQL_TINYINT, "integer", SQL_C_SBIGINT},
    TypeRow{SQL_SMALLINT, "integer", SQL_C_SBIGINT},
    TypeRow{SQL_INTEGER, "integer", SQL_C_SBIGINT},
    TypeRow{SQL_BIGINT, "integer", SQL_C_SBIGINT},
    TypeRow{SQL_REAL, "number", SQL_C_DOUBLE},
    TypeRow{SQL_FLOAT, "number", SQL_C_DOUBLE},
    TypeRow{SQL_DOUBLE, "number", SQL_C_DOUBLE},
    TypeRow{SQL_DECIMAL, "decimal", SQL_C_CHAR},
    TypeRow{SQL_NUMERIC, "decimal", SQL_C_CHAR},
    TypeRow{SQL_BINARY, "binary", SQL_C_BINARY},
    TypeRow{SQL_VARBINARY, "binary", SQL_C_BINARY},
    TypeRow{SQL_LONGVARBINARY, "binary", SQL_C_BINARY},
    TypeRow{SQL_TYPE_DATE, "date", SQL_C_TYPE_DATE},
    // The structure has no fractions of a second; text has.
    TypeRow{SQL_TYPE_TIME, "time", SQL_C_CHAR},
    TypeRow{SQL_TYPE_TIMESTAMP, "timestamp", SQL_C_TYPE_TIMESTAMP},
    TypeRow{SQL_GUID, "guid", SQL_C_CHAR},
};

constexpr TypeRow kOther{SQL_WVARCHAR, "text", SQL_C_WCHAR};

}  // namespace

SqlStatement::SqlStatement(SQLHDBC connection) : chunk_(kChunkBytes) {
  const SQLRETURN result = ::SQLAllocHandle(SQL_HANDLE_STMT, connection, handle_.put());
  CheckOdbc(result, SQL_HANDLE_DBC, connection, "SQLAllocHandle");
}

void SqlStatement::Check(SQLRETURN result, const char* operation) const {
  CheckOdbc(result, SQL_HANDLE_STMT, handle_.get(), operation);
}

std::optional<std::size_t> SqlStatement::Execute(const std::wstring& sql, SqlParameters& parameters) {
  auto* const text = const_cast<SQLWCHAR*>(sql.c_str());
  const auto length = static_cast<SQLINTEGER>(sql.size());
  // Not prepared without parameters: some statements cannot be, and others would mean something else.
  if (parameters.size() == 0 && sql.find(L'?') == std::wstring::npos) {
    Check(::SQLExecDirectW(handle_.get(), text, length), "SQLExecDirectW");
    return std::nullopt;
  }
  Check(::SQLPrepareW(handle_.get(), text, length), "SQLPrepareW");
  SQLSMALLINT expected = 0;
  Check(::SQLNumParams(handle_.get(), &expected), "SQLNumParams");
  if (std::cmp_not_equal(expected, parameters.size())) return static_cast<std::size_t>(expected);
  parameters.BindTo(handle_.get());
  Check(::SQLExecute(handle_.get()), "SQLExecute");
  return std::nullopt;
}

bool SqlStatement::NextResult() {
  const SQLRETURN result = ::SQLMoreResults(handle_.get());
  Check(result, "SQLMoreResults");
  return result != SQL_NO_DATA;
}

SQLSMALLINT SqlStatement::CountColumns() const {
  SQLSMALLINT count = 0;
  Check(::SQLNumResultCols(handle_.get(), &count), "SQLNumResultCols");
  return count;
}

const std::vector<SqlColumn>& SqlStatement::OpenResult() {
  columns_.clear();
  SQLSMALLINT count = CountColumns();
  while (count == 0 && NextResult()) count = CountColumns();
  for (SQLSMALLINT i = 1; i <= count; ++i) columns_.push_back(Describe(static_cast<SQLUSMALLINT>(i)));
  return columns_;
}

SqlColumn SqlStatement::Describe(SQLUSMALLINT number) const {
  std::array<SQLWCHAR, kNameUnits> name{};
  SQLSMALLINT length = 0;
  SQLSMALLINT sql_type = 0;
  SQLULEN size = 0;
  SQLSMALLINT digits = 0;
  SQLSMALLINT nullable = SQL_NULLABLE_UNKNOWN;
  Check(::SQLDescribeColW(handle_.get(), number, name.data(), static_cast<SQLSMALLINT>(name.size()), &length,
                          &sql_type, &size, &digits, &nullable),
        "SQLDescribeColW");
  const auto row = std::find_if(kTypes.begin(), kTypes.end(),
                                [&](const TypeRow& one) { return one.sql_type == sql_type; });
  const TypeRow& type = row == kTypes.end() ? kOther : *row;
  SqlColumn column;
  const auto units =
      std::min<std::size_t>(length < 0 ? 0U : static_cast<std::size_t>(length), name.size() - 1);
  column.name = win32::ToUtf8Lossy(std::wstring_view(name.data(), units));
  column.type = type.type;
  column.c_type = type.c_type;
  if (nullable != SQL_NULLABLE_UNKNOWN) column.nullable = nullable == SQL_NULLABLE;
  if (sql_type == SQL_BIGINT) {
    SQLLEN is_unsigned = SQL_FALSE;
    Check(::SQLColAttributeW(handle_.get(), number, SQL_DESC_UNSIGNED, nullptr, 0, nullptr, &is_unsigned),
          "SQLColAttributeW");
    if (is_unsigned == SQL_TRUE) column.c_type = SQL_C_UBIGINT;
  }
  return column;
}

SqlStatement::Fetched SqlStatement::Fetch(std::size_t max_bytes, Json& row, std::size_t& bytes) {
  const SQLRETURN result = ::SQLFetch(handle_.get());
  Check(result, "SQLFetch");
  if (result == SQL_NO_DATA) return Fetched::kEnd;
  Json::array_t values;
  values.reserve(columns_.size());
  bytes = 3;  // the brackets and a comma
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t value_bytes = 0;
    auto value = bytes < max_bytes ? Value(static_cast<SQLUSMALLINT>(i + 1), max_bytes - bytes, value_bytes)
                                   : std::nullopt;
    bytes += value_bytes;
    if (!value || bytes > max_bytes) {
      too_large_ = i;
      return Fetched::kTooLarge;
    }
    values.push_back(*std::move(value));
  }
  row = std::move(values);
  return Fetched::kRow;
}

template <typename Fixed>
bool SqlStatement::Read(SQLUSMALLINT number, SQLSMALLINT c_type, Fixed& value) {
  SQLLEN length = 0;
  Check(::SQLGetData(handle_.get(), number, c_type, &value, sizeof(value), &length), "SQLGetData");
  return length != SQL_NULL_DATA;
}

template <typename Unit>
SqlStatement::Chunks SqlStatement::ReadChunks(SQLUSMALLINT number, SQLSMALLINT c_type, std::size_t most,
                                              std::basic_string<Unit>& whole) {
  // Each chunk of text ends in a NUL; bytes do not.
  const std::size_t terminator = c_type == SQL_C_BINARY ? 0 : 1;
  const std::size_t units = chunk_.size() / sizeof(Unit) - terminator;
  whole.clear();
  for (;;) {
    SQLLEN length = 0;
    const SQLRETURN result = ::SQLGetData(handle_.get(), number, c_type, chunk_.data(),
                                          static_cast<SQLLEN>(chunk_.size()), &length);
    Check(result, "SQLGetData");
    if (result == SQL_NO_DATA) return Chunks::kWhole;
    if (length == SQL_NULL_DATA) return Chunks::kNull;
    const bool fits = length >= 0 && std::cmp_less_equal(length, units * sizeof(Unit));
    const bool more = !fits && result == SQL_SUCCESS_WITH_INFO && (length >= 0 || length == SQL_NO_TOTAL);
    // Without a length the buffer may still hold the previous value.
    if (!fits && !more)
      throw OdbcError("SQLGetData", {{"HY000", 0, "The driver did not report the length of a value."}});
    const std::size_t got = more ? units : static_cast<std::size_t>(length) / sizeof(Unit);
    if (whole.size() + got > most) return Chunks::kTooLarge;
    whole.append(reinterpret_cast<const Unit*>(chunk_.data()), got);
    if (!more) return Chunks::kWhole;
  }
}

std::optional<Json> SqlStatement::Value(SQLUSMALLINT number, std::size_t max_bytes, std::size_t& bytes) {
  const auto text = [&bytes](std::string utf8) {
    bytes = BytesOf(utf8);
    return Json(std::move(utf8));
  };
  const SQLSMALLINT c_type = columns_[number - 1U].c_type;
  bytes = kScalarBytes;
  switch (c_type) {
    case SQL_C_BIT: {
      unsigned char bit = 0;
      return Read(number, c_type, bit) ? Json(bit != 0) : Json(nullptr);
    }
    case SQL_C_SBIGINT: {
      std::int64_t integer = 0;
      return Read(number, c_type, integer) ? Json(integer) : Json(nullptr);
    }
    case SQL_C_UBIGINT: {
      std::uint64_t integer = 0;
      return Read(number, c_type, integer) ? Json(integer) : Json(nullptr);
    }
    case SQL_C_DOUBLE: {
      double real = 0;
      if (!Read(number, c_type, real)) return Json(nullptr);
      if (std::isfinite(real)) return Json(real);
      // JSON has no numbers for these.
      return text(std::isnan(real) ? "NaN" : real > 0 ? "Infinity" : "-Infinity");
    }
    case SQL_C_TYPE_DATE: {
      SQL_DATE_STRUCT date{};
      return Read(number, c_type, date) ? text(ToText(SqlDate{date.year, date.month, date.day}))
                                        : Json(nullptr);
    }
    case SQL_C_TYPE_TIMESTAMP: {
      SQL_TIMESTAMP_STRUCT read{};
      if (!Read(number, c_type, read)) return Json(nullptr);
      return text(ToText(SqlTimestamp{{read.year, read.month, read.day},
                                      {read.hour, read.minute, read.second},
                                      static_cast<std::uint32_t>(read.fraction)}));
    }
    default:
      break;
  }
  Chunks chunks = Chunks::kNull;
  std::string utf8;
  if (c_type == SQL_C_WCHAR) {
    chunks = ReadChunks(number, c_type, max_bytes, wide_);
    utf8 = win32::ToUtf8Lossy(wide_);
  } else {
    chunks = ReadChunks(number, c_type, max_bytes, narrow_);
    utf8 = c_type == SQL_C_BINARY ? protocol::ToBase64(narrow_) : narrow_;
  }
  if (chunks == Chunks::kTooLarge) return std::nullopt;
  if (chunks == Chunks::kNull) return Json(nullptr);
  return text(std::move(utf8));
}

std::optional<std::int64_t> SqlStatement::CountAffected() {
  std::optional<std::int64_t> affected;
  do {
    if (CountColumns() != 0) continue;
    SQLLEN rows = -1;
    Check(::SQLRowCount(handle_.get(), &rows), "SQLRowCount");
    if (rows >= 0) affected = affected.value_or(0) + static_cast<std::int64_t>(rows);
  } while (NextResult());
  return affected;
}

void SqlStatement::Close() {
  columns_.clear();
  // They may have grown as large as a whole response.
  std::wstring().swap(wide_);
  std::string().swap(narrow_);
  // The next user of the connection may be a different account.
  std::fill(chunk_.begin(), chunk_.end(), std::byte{0});
  Check(::SQLFreeStmt(handle_.get(), SQL_CLOSE), "SQLFreeStmt");
  Check(::SQLFreeStmt(handle_.get(), SQL_RESET_PARAMS), "SQLFreeStmt");
}

}  // namespace onbehalf::service
