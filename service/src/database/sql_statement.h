#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "database/odbc_handle.h"
#include "database/sql_parameters.h"
#include "onbehalf/protocol/json_text.h"

namespace onbehalf::service {

// A column of a result set.
struct SqlColumn {
  std::string name;
  // integer, number, decimal, boolean, text, binary, date, time, timestamp, guid
  std::string_view type;
  std::optional<bool> nullable;  // nullopt if the driver does not know
  SQLSMALLINT c_type;            // the C type as which its values are read
};

// One statement of a connection: executed with parameters, its results read row by row, and reused for one SQL text
// after another. One thread at a time; SQLCancel may come from another. All functions throw OdbcError when the driver
// refuses a call.
class SqlStatement {
 public:
  // `connection` is borrowed and must be connected.
  explicit SqlStatement(SQLHDBC connection);
  SqlStatement(const SqlStatement&) = delete;
  SqlStatement& operator=(const SqlStatement&) = delete;

  SQLHSTMT handle() const { return handle_.get(); }

  // If the number of parameters does not match, returns how many `sql` has, and executes nothing. `parameters` must
  // live until Close.
  std::optional<std::size_t> Execute(const std::wstring& sql, SqlParameters& parameters);

  // Moves to the first result set with columns, past those that only count rows; no columns if there is none.
  const std::vector<SqlColumn>& OpenResult();

  enum class Fetched { kRow, kEnd, kTooLarge };
  // The next row of the open result as an array of values in column order, and its approximate size in bytes of JSON.
  // kTooLarge if that would exceed `max_bytes`; too_large() is then the column that exceeded it.
  Fetched Fetch(std::size_t max_bytes, protocol::Json& row, std::size_t& bytes);
  const SqlColumn& too_large() const { return columns_.at(too_large_); }

  // Reads all results to the end, where errors of later parts of the SQL appear. Returns the total number of changed
  // rows if the driver reports it. Result sets with columns are skipped.
  std::optional<std::int64_t> CountAffected();

  // Discards results and parameters.
  void Close();

 private:
  void Check(SQLRETURN result, const char* operation) const;
  bool NextResult();
  SQLSMALLINT CountColumns() const;
  SqlColumn Describe(SQLUSMALLINT number) const;
  // nullopt if the value is larger than `max_bytes`; `bytes` is its size as JSON.
  std::optional<protocol::Json> Value(SQLUSMALLINT number, std::size_t max_bytes, std::size_t& bytes);
  // Reads all of a binary or text value into `whole`. kTooLarge if it has more than `most` units.
  enum class Chunks { kNull, kWhole, kTooLarge };
  template <typename Unit>
  Chunks ReadChunks(SQLUSMALLINT number, SQLSMALLINT c_type, std::size_t most,
                    std::basic_string<Unit>& whole);
  // A fixed-size value. False for null.
  template <typename Fixed>
  bool Read(SQLUSMALLINT number, SQLSMALLINT c_type, Fixed& value);

  UniqueOdbcStatement handle_;
  std::vector<SqlColumn> columns_;
  std::size_t too_large_ = 0;
  std::vector<std::byte> chunk_;
  // Buffers for assembling a value: kept until Close, because allocating for each value costs more than reading it.
  std::wstring wide_;
  std::string narrow_;
};

}  // namespace onbehalf::service
