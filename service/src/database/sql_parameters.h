#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "database/odbc_handle.h"
#include "onbehalf/protocol/json_rpc.h"

namespace onbehalf::service {

// The parameters of one SQL statement, as they are bound to it: typed values beside its text, never part of it.
class SqlParameters {
 public:
  // `values` is an array of null, booleans, numbers, strings, {"base64": …} and {"type": …, "value": …}. InvalidParams names
  // the first that is none of them, as `name`[3].
  static protocol::Result<SqlParameters> FromJson(const protocol::Json& values, const std::string& name);

  std::size_t size() const { return values_.size(); }
  // In their order. The statement refers to this object's memory until its parameters are reset. Throws OdbcError.
  void BindTo(SQLHSTMT statement);

 private:
  struct Value {
    SQLSMALLINT c_type = SQL_C_CHAR;
    SQLSMALLINT sql_type = SQL_VARCHAR;
    SQLULEN size = 1;
    SQLSMALLINT digits = 0;
    // A number, a structure of ODBC's, bytes, or text in UTF-16. Memory of `new`, so aligned for all of them.
    std::vector<std::byte> bytes;
    SQLLEN length = 0;  // of `bytes`, or SQL_NULL_DATA
  };

  struct Reader;

  std::vector<Value> values_;
};

}  // namespace onbehalf::service
