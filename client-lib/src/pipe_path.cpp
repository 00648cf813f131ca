#include "pipe_path.h"

#include <string>

#include "onbehalf/client/options.h"
#include "onbehalf/protocol/service_name.h"

namespace onbehalf::client {

bool IsLocal(std::string_view server) { return server.empty() || server == "."; }

std::string PipeName(const Options& options) {
  return !options.pipe.empty() ? options.pipe : protocol::DefaultPipeName(options.service);
}

std::string PipePath(const Options& options) {
  return "\\\\" + (IsLocal(options.server) ? std::string(".") : options.server) + "\\pipe\\" +
         PipeName(options);
}

}  // namespace onbehalf::client
