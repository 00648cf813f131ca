#pragma once

#include "onbehalf/client/options.h"
#include "onbehalf/pipe/client.h"

namespace onbehalf::client {

// Opens the pipe and verifies its server before the first byte is written. Throws as Client::Connect.
pipe::ClientEnd OpenVerifiedPipe(const Options& options, pipe::Deadline deadline);

}  // namespace onbehalf::client
