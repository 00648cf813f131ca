#pragma once

#include <string>

#include "onbehalf/client/client.h"
#include "output.h"

namespace onbehalf::cli {

struct MethodsOptions {
  std::string name;  // a method's or a namespace's; empty: all
};

// Shows what `methods [NAME]` prints of rpc.discover's document; `name` may be empty. Throws RpcError if
// there is no such method or namespace.
void ShowMethods(const client::Json& document, const std::string& name, Output& output);

}  // namespace onbehalf::cli
