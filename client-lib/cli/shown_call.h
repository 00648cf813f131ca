#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cancel_watch.h"
#include "method_catalogue.h"
#include "onbehalf/client/client.h"
#include "output.h"

namespace onbehalf::cli {

// Makes a call that `watch` cancels and shows its progress as ProgressView does. The pieces of a stream are
// its result and go to standard output, a line of JSON each. `options` may have a timeout. Throws what
// Client::Call throws.
client::Json CallAndShow(client::Client& service, const std::string& method, const client::Json& params,
                         client::CallOptions options, Progress progress, CancelWatch& watch, Output& output);

}  // namespace onbehalf::cli
