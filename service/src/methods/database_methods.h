#pragma once

#include <memory>

#include "log/log.h"
#include "onbehalf/service/method.h"
#include "settings/live_settings.h"

namespace onbehalf::service {

// database.sources, query, execute and batch: SQL on the databases that the settings name. `log` must outlive the registry.
// Loads the drivers of those sources, so it is called before the service serves anybody.
void AddDatabaseMethods(MethodRegistry& registry, std::shared_ptr<const LiveSettings> settings, Log& log);

}  // namespace onbehalf::service
