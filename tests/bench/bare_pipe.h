#pragma once

#include <cstddef>
#include <string>

namespace onbehalf::bench {

// The baseline: a message pipe with one blocking thread for each of `connections` clients, which reads
// `request_bytes` and writes `answer_bytes`, and nothing else. Returns when every client is gone.
void ServeBarePipe(const std::string& path, std::size_t connections, std::size_t request_bytes,
                   std::size_t answer_bytes);

}  // namespace onbehalf::bench
