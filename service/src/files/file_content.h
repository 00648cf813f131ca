#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {

// Reads at `offset` into all of `buffer`, or to the end of the file: how many bytes there were. Throws win32::Win32Error.
std::size_t ReadAt(HANDLE file, std::uint64_t offset, std::span<char> buffer);
// Writes all of `bytes` at `offset`; kAtEnd: behind whatever the file holds when each part of at most 16 MiB is written.
// Throws win32::Win32Error.
inline constexpr std::uint64_t kAtEnd = 0xFFFFFFFF'FFFFFFFF;
void WriteAt(HANDLE file, std::uint64_t offset, std::string_view bytes);

// How bytes stand in a JSON string.
enum class Encoding { kText, kBase64 };
// "text" or "base64"
Encoding EncodingOf(std::string_view word);
const char* ToString(Encoding encoding);

// The bytes of a string; nullopt if it is not base64.
std::optional<std::string> Decode(std::string_view data, Encoding encoding);

struct EncodedPiece {
  std::string data;
  std::size_t bytes = 0;  // from the beginning, that `data` stands for
  // Text only: the byte that begins no character. Nothing else is set then.
  std::optional<std::size_t> not_utf8;
};
// As much of `bytes` as takes at most `most` bytes in a JSON text. `more`: others come behind them, so that a character
// that is cut at their end is left out; at the end of a file it is not UTF-8.
EncodedPiece Encode(std::string_view bytes, Encoding encoding, bool more, std::size_t most);

}  // namespace onbehalf::service
