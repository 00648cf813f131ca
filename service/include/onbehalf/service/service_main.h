// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

#include "onbehalf/service/method.h"

namespace onbehalf::service {

// The whole service program: reads the command line, then runs under the service control manager or, with --console, in the
// foreground until Ctrl+C. `add_methods` registers an application's own methods in addition to the built-in ones. It is called
// at each start and for --check-config, which starts nothing. Returns the process's exit code.
int ServiceProgram(int argc, wchar_t** argv, const std::function<void(MethodRegistry&)>& add_methods = {});

}  // namespace onbehalf::service
