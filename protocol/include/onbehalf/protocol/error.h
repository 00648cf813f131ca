// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>

#include "onbehalf/protocol/error_code.h"
#include "onbehalf/protocol/json_text.h"

namespace onbehalf::protocol {

struct Error {
  ErrorCode code = ErrorCode::kInternalError;
  std::string message;  // empty: the default message of the code
  Json data;            // null: no `data` member is sent
};

// A request's parameters are invalid: the message names the member and what was expected.
inline Error InvalidParams(std::string message) {
  return {ErrorCode::kInvalidParams, std::move(message), nullptr};
}

}  // namespace onbehalf::protocol
