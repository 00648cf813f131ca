#pragma once

#include <string>
#include <string_view>

namespace onbehalf::cli::doctor {

// Whether a value under this key is likely to be a secret (password, secret, pwd, token, connectionstring,
// key material), in any spelling.
bool LooksSecret(std::string_view key);

// A settings file's text without comments, with each such value, whatever its type, replaced by "(removed)". Text that
// is not JSON is not shown at all, because secrets in it could not be recognized.
std::string WithoutSecrets(std::string_view settings);

}  // namespace onbehalf::cli::doctor
