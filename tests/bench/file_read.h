#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

namespace onbehalf::bench {

// What reading a file through the service at `path` costs over reading it directly: file.read as a stream
// with the client library, as base64 and as text, against ReadFile by this process, of the same file of
// `mebibytes` MiB, alternately. Each yields the same bytes. Prints a table; returns its rows as JSON.
nlohmann::json MeasureFileRead(const std::string& path, std::size_t mebibytes);

}  // namespace onbehalf::bench
