#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace onbehalf::service {

// ODBC's connection strings: KEY=value;KEY={value with ; and }}}; … (SQLDriverConnect, "Connection Strings").

// The value of the first such key, whatever its case; nullopt when there is none.
std::optional<std::string> ConnectionStringValue(std::string_view connection, std::string_view key);

// The values that nobody may see: those of keys that speak of passwords, keys and tokens.
std::vector<std::string> SecretsOf(std::string_view connection);

}  // namespace onbehalf::service
