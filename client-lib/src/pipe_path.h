#pragma once

#include <string_view>

namespace onbehalf::client {

// PipePath is declared in onbehalf/client/options.h.

// Whether `server` is this computer, without a network in between.
bool IsLocal(std::string_view server);

}  // namespace onbehalf::client
