#pragma once

#include "onbehalf/client/options.h"
#include "onbehalf/pipe/client.h"

namespace onbehalf::client {

// Opens the pipe and verifies its server before the first byte is written. If the pipe of the local service (Trust::kService) is
// missing and the service is starting, or Windows starts it for this open, waits for it until the deadline. Whoever has made
// a pipe of this name in the meantime is verified like any server. Throws as Client::Connect.
pipe::ClientEnd OpenVerifiedPipe(const Options& options, pipe::Deadline deadline);

}  // namespace onbehalf::client
