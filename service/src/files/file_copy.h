#pragma once

#include <cstdint>
#include <functional>

#include "files/new_file.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {

// Copies the content of `from` into `to`, with its attributes and last-write time, and keeps `to` (for errors see
// NewFile::Keep). `on_progress` gets the bytes copied so far and the total, after each part of 1 MiB. It may throw;
// after that, or any other failure, `to` is not kept. Returns the number of bytes. Throws win32::Win32Error.
Result<std::uint64_t> CopyInto(
    NewFile& to, const FileScope& scope, HANDLE from,
    const std::function<void(std::uint64_t done, std::uint64_t total)>& on_progress);

}  // namespace onbehalf::service
