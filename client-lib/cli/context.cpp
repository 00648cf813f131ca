#include "context.h"

#include "method_error.h"

namespace onbehalf::cli {

client::Client Context::Connect() const { return client::Client::Connect(global.client); }

client::Json Context::Call(const std::string& method, const client::Json& params) const {
  client::Client service = Connect();
  return Named(method, [&] { return service.Call(method, params); });
}

}  // namespace onbehalf::cli
