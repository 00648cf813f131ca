#include "request_text.h"

#include <stdexcept>

#include "onbehalf/protocol/json_rpc.h"

namespace onbehalf::client {

void CheckParams(const Json& params, bool wants_progress) {
  if (!params.is_null() && !params.is_object() && !params.is_array()) {
    throw std::invalid_argument("params must be an object, an array or null");
  }
  if (wants_progress && params.is_array()) {
    throw std::invalid_argument("a call with progress must have its parameters by name (an object) or none");
  }
}

std::string RequestText(std::int64_t id, std::string_view method, const Json& params, bool wants_progress) {
  if (!wants_progress) return protocol::RequestText(id, method, params);
  Json with_token = params;
  with_token["progressToken"] = id;
  return protocol::RequestText(id, method, with_token);
}

}  // namespace onbehalf::client
