#pragma once

#include "onbehalf/client/options.h"
#include "onbehalf/win32/overlapped.h"
#include "onbehalf/win32/pipe_stream.h"

namespace onbehalf::client {

// Opens the pipe and verifies its server before the first byte is written. Throws as Client::Connect.
win32::PipeStream OpenVerifiedPipe(const Options& options, win32::Clock::time_point deadline);

}  // namespace onbehalf::client
