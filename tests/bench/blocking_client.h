#pragma once

#include <string>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::bench {

// A hand-written client: one thread, a blocking write and a blocking read, no JSON, no deadline. The baseline
// for the client library, and the client that measures the servers.

// A call of rpc.ping, as a frame with a header.
const std::string& PingRequest();
// Waits for a free instance. Throws win32::Win32Error.
win32::UniqueFile Open(const std::string& path);
// Writes one PingRequest, reads the response and returns its number of bytes. Throws win32::Win32Error.
DWORD RoundTrip(HANDLE pipe);

}  // namespace onbehalf::bench
