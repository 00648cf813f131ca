#pragma once

#include <memory>

#include "onbehalf/service/method.h"
#include "onbehalf/win32/account_names.h"

namespace onbehalf::service {

// identity.whoami. `names` is shared with other code that shows accounts, so that each is looked up once.
void AddIdentityMethods(MethodRegistry& registry, std::shared_ptr<win32::AccountNames> names);

}  // namespace onbehalf::service
