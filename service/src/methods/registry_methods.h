#pragma once

#include <memory>

#include "onbehalf/service/method.h"
#include "settings/live_settings.h"

namespace onbehalf::service {

// registry.get, set, list, makeKey, delete and watch. limits.response_bytes bounds what one response reads from the
// registry.
void AddRegistryMethods(MethodRegistry& registry, std::shared_ptr<const LiveSettings> settings);

}  // namespace onbehalf::service
