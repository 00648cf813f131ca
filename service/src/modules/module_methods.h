#pragma once

#include <memory>

#include "modules/module.h"
#include "onbehalf/module.h"
#include "onbehalf/service/method.h"

namespace onbehalf::service {

// Converts a method that `module` describes to a Method. Throws std::invalid_argument with what is wrong with it.
Method ToMethod(std::shared_ptr<Module> module, const onbehalf_module_method* described);

}  // namespace onbehalf::service
