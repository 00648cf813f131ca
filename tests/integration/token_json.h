#pragma once

#include <nlohmann/json.hpp>

#include "onbehalf/win32/token.h"

namespace onbehalf::test {

// What an access check sees of a token: {"user": sid, "groups": [{"sid": …, "attributes": SE_GROUP_* bits},
// …], "level": the word, null for a primary token}. A client and the service's thread that carries its token
// say the same, but for the level. Throws Win32Error.
nlohmann::json ToJson(const win32::Token& token);

}  // namespace onbehalf::test
