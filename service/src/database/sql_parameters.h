#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "database/odbc_handle.h"
#include "onbehalf/protocol/json_rpc.h"

namespace onbehalf::service {

// The parameters of one SQL statement: typed values, bound separately and never part of its text.
class SqlParameters {
 public:
  // `values` is an array of null, booleans, numbers, strings, {"base64": …} and {"type": …, "value": …}. Otherwise
  // InvalidParams names the first invalid element, as `name`[3].
  static protocol::Result<SqlParameters> FromJson(const protocol::Json& values, const std::string& name);

  std::size_t size() const { return values_.size(); }
  // Binds the values in order. The statement points into this object until its parameters are reset. Throws
  // OdbcError.
  void BindTo(SQLHSTMT statement);

 private:
  struct Value {
    SQLSMALLINT c_type = SQL_C_CHAR;
    SQLSMALLINT sql_type = SQL_VARCHAR;
    SQLULEN size = 1;
    SQLSMALLINT digits = 0;
    // A number, an ODBC structure, bytes, or UTF-16 text. Allocated by `new`, so aligned for all of them.
    std::vector<std::byte> bytes;
    SQLLEN length = 0;  // of `bytes`, or SQL_NULL_DATA
  };

  struct Binding;

  std::vector<Value> values_;
};

}  // namespace onbehalf::service
