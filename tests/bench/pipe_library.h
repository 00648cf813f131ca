#pragma once

#include <cstddef>
#include <string>

#include <nlohmann/json.hpp>

namespace onbehalf::bench {

// What the pipe library adds to the Windows calls that do the same. Four servers that read `request_bytes` and write
// `answer_bytes`: overlapped calls with a deadline on a thread for each client, and reads that complete on the thread pool; each
// by hand and by the library.
enum class PipeServer { kOverlapped, kLibrary, kPool, kLibraryPool };
const char* ToString(PipeServer server);

// Prints "ready" and serves until its input ends.
void ServePipe(PipeServer server, const std::string& path, std::size_t connections, std::size_t request_bytes,
               std::size_t answer_bytes);

}  // namespace onbehalf::bench
