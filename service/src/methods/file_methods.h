#pragma once

#include <memory>

#include "onbehalf/service/method.h"
#include "settings/live_settings.h"

namespace onbehalf::service {

// file.*: all act as the caller, within settings.file as it is when a request begins (docs/files.md). To be called on a
// thread that does not impersonate: what the methods need loaded is loaded here. Throws win32::Win32Error.
void AddFileMethods(MethodRegistry& registry, std::shared_ptr<const LiveSettings> settings);

}  // namespace onbehalf::service
