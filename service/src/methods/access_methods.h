#pragma once

#include <memory>

#include "access/access_control.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/account_names.h"

namespace onbehalf::service {

// access.*: shows, changes and explains the policy. All authenticated users may call them; the rights `see` and `manage` decide node
// by node what a caller sees and may change. `access` must outlive every call.
void AddAccessMethods(MethodRegistry& registry, AccessControl& access,
                      std::shared_ptr<win32::AccountNames> names);

}  // namespace onbehalf::service
