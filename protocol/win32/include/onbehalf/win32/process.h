// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::win32 {

// The executable of the process that has this id now, as a Windows path in UTF-8 (lone surrogates become
// U+FFFD). nullopt when there is no such process, or it has no file. The process is not opened: a service's virtual account may
// not open those of other users. For people to read: ids are used again, so nothing may be decided by it.
std::optional<std::string> ImagePath(DWORD process_id);

// Where a module of this process was loaded from, as Windows has it; nullptr is the executable. Throws Win32Error.
std::wstring ModulePath(HMODULE module);
// The path of this process's own executable, in UTF-8 as above. Throws Win32Error.
std::string OwnImagePath();

}  // namespace onbehalf::win32
