// SPDX-License-Identifier: MIT
#pragma once

// The one way in which this project includes <windows.h>. WIN32_LEAN_AND_MEAN, NOMINMAX, UNICODE and the
// oldest version of Windows come from the build (cmake/CompileOptions.cmake).
#include <windows.h>
