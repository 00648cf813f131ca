// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::win32 {

// The bytes of an open file, at places that are named: the handle's own place in the file does not count. The handle is not
// overlapped. All throw Win32Error. Any thread.

// What ReadFile and WriteFile take for that.
OVERLAPPED At(std::uint64_t offset);

// Reads at `offset` into all of `buffer`, or to the end of the file: how many bytes there were.
std::size_t ReadAt(HANDLE file, std::uint64_t offset, std::span<char> buffer);
// Writes all of `bytes` at `offset`; kAtEnd: behind whatever the file holds when each part of at most 16 MiB is written.
inline constexpr std::uint64_t kAtEnd = 0xFFFFFFFF'FFFFFFFF;
void WriteAt(HANDLE file, std::uint64_t offset, std::string_view bytes);

std::uint64_t SizeOf(HANDLE file);

}  // namespace onbehalf::win32
