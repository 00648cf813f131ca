#pragma once

#include <cstddef>
#include <memory>

#include "audit/audit.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/account_names.h"

namespace onbehalf::service {

// audit.read, audit.follow and audit.verify. `audit` must outlive every call. `response_bytes`: limits.response_bytes, which
// a follower's pieces keep to; of a line with more than half of it they have only the beginning.
void AddAuditMethods(MethodRegistry& registry, Audit& audit, std::shared_ptr<win32::AccountNames> names,
                     std::size_t response_bytes);

}  // namespace onbehalf::service
