#pragma once

#include <memory>

#include "onbehalf/service/method.h"
#include "settings/live_settings.h"

namespace onbehalf::service {

// file.*: all methods act as the caller, within settings.file as of the start of a request (docs/files.md). Call on a
// thread that does not impersonate, because this loads what the methods need. Throws win32::Win32Error.
void AddFileMethods(MethodRegistry& registry, std::shared_ptr<const LiveSettings> settings);

}  // namespace onbehalf::service
