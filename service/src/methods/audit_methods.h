#pragma once

#include <memory>

#include "audit/audit.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/account_names.h"
#include "settings/live_settings.h"

namespace onbehalf::service {

// audit.read, audit.follow and audit.verify. `audit` must outlive every call. A follower's pieces stay
// within limits.response_bytes; a line longer than half of it is cut.
void AddAuditMethods(MethodRegistry& registry, Audit& audit, std::shared_ptr<win32::AccountNames> names,
                     std::shared_ptr<const LiveSettings> settings);

}  // namespace onbehalf::service
