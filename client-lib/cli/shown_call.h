#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cancel_watch.h"
#include "method_catalogue.h"
#include "onbehalf/client/client.h"
#include "output.h"

namespace onbehalf::cli {

// A call that `watch` cancels and whose progress is shown: as ProgressView says, or of a stream each piece as
// a line of JSON on standard output, because the pieces are its result. `options` may have a timeout. Throws
// what Client::Call throws.
client::Json CallAndShow(client::Client& service, const std::string& method, const client::Json& params,
                         client::CallOptions options, Progress progress, CancelWatch& watch, Output& output);

}  // namespace onbehalf::cli
