#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "global_options.h"
#include "onbehalf/client/client.h"
#include "output.h"

namespace onbehalf::cli {

// What a command runs with.
struct Context {
  const GlobalOptions& global;
  Output& output;

  // Throws what Client::Connect throws.
  client::Client Connect() const;
  // One call on a new connection. Throws what Client::Connect and Client::Call throw, RpcError as
  // MethodError.
  client::Json Call(const std::string& method, const client::Json& params = nullptr) const;
};

}  // namespace onbehalf::cli
