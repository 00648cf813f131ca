#pragma once

#include "onbehalf/module.h"

namespace onbehalf::service {

class Module;

// What the service does for `module`, which must outlive it.
onbehalf_module_host HostFunctions(Module& module);

}  // namespace onbehalf::service
