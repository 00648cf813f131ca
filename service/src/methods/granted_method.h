#pragma once

#include <string>
#include <utility>

#include "onbehalf/service/method.h"

namespace onbehalf::service {

// A method that reaches beyond the service: every authenticated user sees it, and an administrator grants the call.
// It may block.
inline Method GrantedMethod(std::string name, std::string summary, Acts acts) {
  Method method;
  method.name = std::move(name);
  method.summary = std::move(summary);
  method.access_default = kSeenByAuthenticatedUsers;
  method.acts = acts;
  method.pace = Pace::kMayBlock;
  return method;
}

}  // namespace onbehalf::service
