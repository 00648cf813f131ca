#pragma once

#include <memory>

#include "audit/audit.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/account_names.h"

namespace onbehalf::service {

// audit.read and audit.verify. `audit` must outlive every call.
void AddAuditMethods(MethodRegistry& registry, Audit& audit, std::shared_ptr<win32::AccountNames> names);

}  // namespace onbehalf::service
