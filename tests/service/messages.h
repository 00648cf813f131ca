#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "onbehalf/protocol/error_code.h"
#include "onbehalf/protocol/framing.h"

namespace onbehalf::test {

// Messages as they appear on the wire.

inline nlohmann::json RequestMessage(nlohmann::json id, std::string_view method,
                                     nlohmann::json params = nullptr) {
  nlohmann::json message{{"jsonrpc", "2.0"}, {"id", std::move(id)}, {"method", method}};
  if (!params.is_null()) message["params"] = std::move(params);
  return message;
}

inline nlohmann::json NotificationMessage(std::string_view method, nlohmann::json params = nullptr) {
  nlohmann::json message{{"jsonrpc", "2.0"}, {"method", method}};
  if (!params.is_null()) message["params"] = std::move(params);
  return message;
}

inline nlohmann::json CancelMessage(nlohmann::json id) {
  return NotificationMessage("$/cancelRequest", {{"id", std::move(id)}});
}

// The error response: with the table's own message unless another is given.
inline nlohmann::json ErrorMessageFor(nlohmann::json id, protocol::ErrorCode code,
                                      std::string_view message = {}) {
  return {{"jsonrpc", "2.0"},
          {"id", std::move(id)},
          {"error",
           {{"code", static_cast<int>(code)},
            {"message", message.empty() ? protocol::InfoOf(code).message : message}}}};
}

inline nlohmann::json ResultMessage(nlohmann::json id, nlohmann::json result) {
  return {{"jsonrpc", "2.0"}, {"id", std::move(id)}, {"result", std::move(result)}};
}

inline std::string HeaderFrame(std::string_view text) {
  return protocol::ToFrame(protocol::Framing::kHeader, text);
}

inline int ErrorCodeOf(const nlohmann::json& answer) {
  return answer.contains("error") ? answer.at("error").at("code").get<int>() : 0;
}

}  // namespace onbehalf::test
