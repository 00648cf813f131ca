#include <string>
#include <utility>

#include "onbehalf/client/client.h"

namespace onbehalf::client {

RpcError::RpcError(int code, const std::string& message, Json data)
    : std::runtime_error(message), code_(code), data_(std::move(data)) {}

}  // namespace onbehalf::client
