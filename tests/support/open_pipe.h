#pragma once

#include <string_view>

#include "onbehalf/pipe/client.h"

namespace onbehalf::test {

// A client's end that trusts any server. Throws as pipe::Connect.
inline pipe::ClientEnd OpenPipe(std::string_view path, const pipe::ClientSecurity& security,
                                pipe::Deadline deadline) {
  pipe::ConnectOptions options;
  options.security = security;
  options.check = pipe::AnyServer();
  return pipe::Connect(path, options, deadline);
}

}  // namespace onbehalf::test
