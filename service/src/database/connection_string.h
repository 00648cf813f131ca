#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace onbehalf::service {

// ODBC's connection strings: KEY=value;KEY={value with ; and }}}; … (SQLDriverConnect, "Connection Strings").

// The value of the first such key, whatever its case; nullopt when there is none.
std::optional<std::string> ConnectionStringValue(std::string_view connection, std::string_view key);

// Which of these keys, in lower case, stands first; empty when there is none of them.
std::string_view FirstKeyOf(std::string_view connection, std::initializer_list<std::string_view> keys);

// The values that nobody may see: those of keys that speak of passwords, keys and tokens.
std::vector<std::string> SecretsOf(std::string_view connection);

}  // namespace onbehalf::service
