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

// A column of a result.
struct SqlColumn {
  std::string name;
  // integer, number, decimal, boolean, text, binary, date, time, timestamp, guid
  std::string_view type;
  std::optional<bool> nullable;  // nothing when the driver does not know
  SQLSMALLINT c_type;            // as which its values are read
};

// One statement of a connection: executed with its parameters, its result read row by row. Used again and again, for one
// SQL text after the other. One thread at a time; SQLCancel may come from another. Everything throws OdbcError when the
// driver refuses it.
class SqlStatement {
 public:
  // `connection` is borrowed, and connected.
  explicit SqlStatement(SQLHDBC connection);
  SqlStatement(const SqlStatement&) = delete;
  SqlStatement& operator=(const SqlStatement&) = delete;

  SQLHSTMT handle() const { return handle_.get(); }

  // Returns how many parameters `sql` has if there are not as many, and has executed nothing then. `parameters` must stay
  // until Close.
  std::optional<std::size_t> Execute(const std::wstring& sql, SqlParameters& parameters);

  // To the first result that has columns, past those that only count; no columns when there is none.
  const std::vector<SqlColumn>& OpenResult();

  enum class Fetched { kRow, kEnd, kTooLarge };
  // The next row of the open result, as an array of values in the order of its columns, and about how many bytes of JSON it
  // is. kTooLarge when that would be more than `max_bytes`; then too_large() is the column that it was too much with.
  Fetched Fetch(std::size_t max_bytes, protocol::Json& row, std::size_t& bytes);
  const SqlColumn& too_large() const { return columns_.at(too_large_); }

  // Goes through all results to the end, where errors of later parts come up: how many rows were changed in all, if the driver
  // says so. Results with columns are passed over.
  std::optional<std::int64_t> CountAffected();

  // Drops results and parameters.
  void Close();

 private:
  void Check(SQLRETURN result, const char* operation) const;
  bool NextResult();
  SQLSMALLINT CountColumns() const;
  SqlColumn Describe(SQLUSMALLINT number) const;
  // nullopt when the value is larger than `max_bytes`; `bytes` are those of its JSON.
  std::optional<protocol::Json> Value(SQLUSMALLINT number, std::size_t max_bytes, std::size_t& bytes);
  // All of a value of bytes or characters into `whole`. False when it is larger than `most` units.
  enum class Chunks { kNull, kWhole, kTooLarge };
  template <typename Unit>
  Chunks ReadChunks(SQLUSMALLINT number, SQLSMALLINT c_type, std::size_t most,
                    std::basic_string<Unit>& whole);
  // A value of one size. False for null.
  template <typename Fixed>
  bool Read(SQLUSMALLINT number, SQLSMALLINT c_type, Fixed& value);

  UniqueOdbcStatement handle_;
  std::vector<SqlColumn> columns_;
  std::size_t too_large_ = 0;
  std::vector<std::byte> chunk_;
  // What a value is put together in: kept until Close, because to take memory for each costs more than to read it.
  std::wstring wide_;
  std::string narrow_;
};

}  // namespace onbehalf::service
