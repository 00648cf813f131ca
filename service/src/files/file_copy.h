#pragma once

#include <cstdint>
#include <functional>

#include "files/new_file.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {

// Copies all that `from` holds into `to` and keeps it there (NewFile::Keep says why not), with the attributes and the time of the last change of `from`.
// `on_progress` gets the bytes that are done and how many there are, after each part of 1 MiB; it may throw, and then, as
// after every other failure, `to` is not kept. Returns the bytes. Throws win32::Win32Error.
Result<std::uint64_t> CopyInto(
    NewFile& to, const FileScope& scope, HANDLE from,
    const std::function<void(std::uint64_t done, std::uint64_t total)>& on_progress);

}  // namespace onbehalf::service
