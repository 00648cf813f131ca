#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

#include "onbehalf/client/client.h"

namespace onbehalf::bench {

// Connects to a service of this process's own user on the pipe `path`.
client::Client Connect(const std::string& path);

// What the client library costs over a hand-written client (blocking_client.h): the same call to the service
// at `path`, one at a time on one connection; then calls in flight on one connection, which only the library
// supports; then the Windows calls of each. Prints tables; returns their rows as JSON.
nlohmann::json MeasureClientCost(const std::string& path, std::size_t requests);

}  // namespace onbehalf::bench
