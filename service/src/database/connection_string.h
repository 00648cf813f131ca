#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace onbehalf::service {

// ODBC's connection strings: KEY=value;KEY={value with ; and }}}; … (SQLDriverConnect, "Connection Strings").

// The value of the first occurrence of the key, ignoring case; nullopt if there is none.
std::optional<std::string> ConnectionStringValue(std::string_view connection, std::string_view key);

// Which of these lower-case keys occurs first; empty if none does.
std::string_view FirstKeyOf(std::string_view connection, std::initializer_list<std::string_view> keys);

// The secret values: those of keys for passwords, keys and tokens.
std::vector<std::string> SecretsOf(std::string_view connection);

// The text, or a fixed sentence if it contains a secret of the connection string.
std::string WithoutSecrets(std::string text, std::string_view connection);

}  // namespace onbehalf::service
