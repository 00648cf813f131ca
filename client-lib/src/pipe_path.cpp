#include "pipe_path.h"

#include <string>

#include "onbehalf/client/options.h"

namespace onbehalf::client {

bool IsLocal(std::string_view server) { return server.empty() || server == "."; }

std::string PipePath(const Options& options) {
  return "\\\\" + (IsLocal(options.server) ? std::string(".") : options.server) + "\\pipe\\" + options.pipe;
}

}  // namespace onbehalf::client
