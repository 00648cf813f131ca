// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::win32 {

// Reading and writing an open file at explicit offsets; the handle's own file pointer is not used. The handle must
// not be overlapped. All throw Win32Error. Any thread.

// The OVERLAPPED that ReadFile and WriteFile need for that.
OVERLAPPED At(std::uint64_t offset);

// Reads from `offset` into `buffer` until it is full or the file ends; returns the number of bytes.
std::size_t ReadAt(HANDLE file, std::uint64_t offset, std::span<char> buffer);
// Writes all of `bytes` at `offset`; kAtEnd appends, with each part of at most 16 MiB written at the end that the
// file then has.
inline constexpr std::uint64_t kAtEnd = 0xFFFFFFFF'FFFFFFFF;
void WriteAt(HANDLE file, std::uint64_t offset, std::string_view bytes);

std::uint64_t SizeOf(HANDLE file);

}  // namespace onbehalf::win32
