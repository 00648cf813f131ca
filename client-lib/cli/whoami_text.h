#pragma once

#include <string>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// identity.whoami's result for people. Members that a service does not send are left out.
std::string RenderWhoami(const client::Json& identity);

}  // namespace onbehalf::cli
