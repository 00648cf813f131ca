// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::win32 {

// The executable of the process that currently has this id, as a Windows path in UTF-8 (lone surrogates become
// U+FFFD). nullopt if there is no such process, or it has no file. Does not open the process, because a service's
// virtual account may not open other users' processes. For display only: ids are reused, so do not base decisions on
// it.
std::optional<std::string> ImagePath(DWORD process_id);

// The path that a module of this process was loaded from; nullptr is the executable. Throws Win32Error.
std::wstring ModulePath(HMODULE module);
// The path of this process's executable, in UTF-8 as above. Throws Win32Error.
std::string OwnImagePath();

}  // namespace onbehalf::win32
