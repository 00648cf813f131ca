#pragma once

#include "generate/api_model.h"

namespace onbehalf::cli::generate {

// rpc.discover's document (OpenRPC) as a model. Throws DocumentError.
Api ReadApi(const Json& document);

}  // namespace onbehalf::cli::generate
