#pragma once

#include <string>
#include <string_view>

#include "onbehalf/client/options.h"

namespace onbehalf::client {

// PipePath is declared in onbehalf/client/options.h.

// The pipe's name: given, or of the service.
std::string PipeName(const Options& options);

// Whether `server` is this computer, without a network in between.
bool IsLocal(std::string_view server);

}  // namespace onbehalf::client
