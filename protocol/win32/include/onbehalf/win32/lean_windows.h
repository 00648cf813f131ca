// SPDX-License-Identifier: MIT
#pragma once

// The only place that includes <windows.h>. The build defines WIN32_LEAN_AND_MEAN, NOMINMAX, UNICODE and the oldest
// supported Windows version (cmake/CompileOptions.cmake).
#include <windows.h>
