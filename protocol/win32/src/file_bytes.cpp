#include "onbehalf/win32/file_bytes.h"

#include <algorithm>

#include "onbehalf/win32/win32_error.h"

namespace onbehalf::win32 {
namespace {

constexpr std::size_t kAtOnce = 16 * 1024 * 1024;

}  // namespace

OVERLAPPED At(std::uint64_t offset) {
  OVERLAPPED at{};
  at.Offset = static_cast<DWORD>(offset & 0xFFFFFFFF);
  at.OffsetHigh = static_cast<DWORD>(offset >> 32);
  return at;
}

std::size_t ReadAt(HANDLE file, std::uint64_t offset, std::span<char> buffer) {
  std::size_t done = 0;
  while (done < buffer.size()) {
    OVERLAPPED at = At(offset + done);
    DWORD read = 0;
    const auto part = static_cast<DWORD>(std::min(buffer.size() - done, kAtOnce));
    if (!::ReadFile(file, buffer.data() + done, part, &read, &at)) {
      const DWORD code = ::GetLastError();
      if (code == ERROR_HANDLE_EOF) break;
      throw Win32Error(code, "ReadFile");
    }
    if (read == 0) break;
    done += read;
  }
  return done;
}

void WriteAt(HANDLE file, std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    OVERLAPPED at = At(offset);
    DWORD written = 0;
    if (!::WriteFile(file, bytes.data(), static_cast<DWORD>(std::min(bytes.size(), kAtOnce)), &written,
                     &at)) {
      ThrowLastError("WriteFile");
    }
    if (written == 0) throw Win32Error(ERROR_WRITE_FAULT, "WriteFile");
    bytes.remove_prefix(written);
    if (offset != kAtEnd) offset += written;
  }
}

std::uint64_t SizeOf(HANDLE file) {
  LARGE_INTEGER size{};
  if (!::GetFileSizeEx(file, &size)) ThrowLastError("GetFileSizeEx");
  return static_cast<std::uint64_t>(size.QuadPart);
}

}  // namespace onbehalf::win32
