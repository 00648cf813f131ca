#pragma once

#include <nlohmann/json.hpp>

#include "onbehalf/win32/token.h"

namespace onbehalf::test {

// What an access check sees in a token: {"user": sid, "groups": [{"sid": ..., "attributes": SE_GROUP_* bits},
// ...], "level": the word, null for a primary token}. A client and the service's thread with its token give
// the same, except for the level. Throws Win32Error.
nlohmann::json ToJson(const win32::Token& token);

}  // namespace onbehalf::test
