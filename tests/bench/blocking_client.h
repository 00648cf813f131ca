#pragma once

#include <string>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::bench {

// The client that one writes by hand: one thread, a blocking write and a blocking read, no JSON, no deadline. The yardstick
// of the client library, and the client that measures the servers.

// A call of rpc.ping, as a frame with a header.
const std::string& PingRequest();
// Waits for a free instance. Throws win32::Win32Error.
win32::UniqueFile Open(const std::string& path);
// One PingRequest and its answer, whose number of bytes it returns. Throws win32::Win32Error.
DWORD RoundTrip(HANDLE pipe);

}  // namespace onbehalf::bench
