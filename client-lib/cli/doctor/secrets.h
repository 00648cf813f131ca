#pragma once

#include <string>
#include <string_view>

namespace onbehalf::cli::doctor {

// Whether the value under a key of this name is likely to be a secret (password, secret, pwd, token,
// connectionstring, key material), however it is written.
bool LooksSecret(std::string_view key);

// A settings file's text with each such value, of whatever type, replaced by "(removed)". Text that is no
// JSON is not shown at all: nothing in it could be told from a secret.
std::string WithoutSecrets(std::string_view settings);

}  // namespace onbehalf::cli::doctor
