#pragma once

#include "onbehalf/module.h"

namespace onbehalf::service {

class Module;

// The host functions for `module`, which must outlive the result.
onbehalf_module_host HostFunctions(Module& module);

}  // namespace onbehalf::service
