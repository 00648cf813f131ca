#pragma once

#include <memory>

#include "onbehalf/service/method.h"
#include "settings/live_settings.h"

namespace onbehalf::service {

// registry.get, set, list, makeKey, delete and watch. What is read from the registry for one response is bounded by
// limits.response_bytes.
void AddRegistryMethods(MethodRegistry& registry, std::shared_ptr<const LiveSettings> settings);

}  // namespace onbehalf::service
