#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

#include "onbehalf/client/client.h"

namespace onbehalf::bench {

// To a service of this process's own user, whose pipe is `path`.
client::Client Connect(const std::string& path);

// What the client library costs over a client written by hand (blocking_client.h): the same call to the service at `path`, one
// at a time on one connection; then calls in flight on one connection, which the library alone has; then what each calls of
// Windows. Prints tables; their rows as JSON.
nlohmann::json MeasureClientCost(const std::string& path, std::size_t requests);

}  // namespace onbehalf::bench
