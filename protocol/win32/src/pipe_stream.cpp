#include "onbehalf/win32/pipe_stream.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::win32 {
namespace {

bool EqualIgnoringCase(std::string_view a, std::string_view lower_case) {
  return std::equal(a.begin(), a.end(), lower_case.begin(), lower_case.end(), [](char left, char right) {
    return (left >= 'A' && left <= 'Z' ? static_cast<char>(left - 'A' + 'a') : left) == right;
  });
}

// `\\host\pipe\name`. Anything else might be a file, which would be opened for writing: `\\.\pipe\..\C:\x` is one,
// because Windows resolves `..`; and `\\?\` is another name for this computer.
bool IsPipePath(std::string_view path) {
  constexpr std::string_view kStart = "\\\\";
  constexpr std::string_view kMiddle = "\\pipe\\";
  if (!path.starts_with(kStart) || path.find('\0') != std::string_view::npos) return false;
  path.remove_prefix(kStart.size());
  const std::size_t host = path.find_first_of("\\/");
  if (host == 0 || host == std::string_view::npos || path.substr(0, host) == "?") return false;
  path.remove_prefix(host);
  if (path.size() <= kMiddle.size() || !EqualIgnoringCase(path.substr(0, kMiddle.size()), kMiddle))
    return false;
  return path.find("..") == std::string_view::npos && path.find('/') == std::string_view::npos;
}

}  // namespace

bool IsPipeClosed(DWORD code) noexcept {
  return code == ERROR_BROKEN_PIPE || code == ERROR_NO_DATA || code == ERROR_PIPE_NOT_CONNECTED;
}

DWORD PipeStream::OpenFlags(const ClientSecurity& security) {
  // Without SECURITY_SQOS_PRESENT the server would get the impersonation level. The flag of a level is its number in
  // bits 16 and 17 (winbase.h: SECURITY_ANONYMOUS …).
  DWORD flags = FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | (static_cast<DWORD>(security.level) << 16);
  if (security.dynamic_tracking) flags |= SECURITY_CONTEXT_TRACKING;
  return flags;
}

PipeStream PipeStream::Open(std::string_view path, const ClientSecurity& security,
                            Clock::time_point deadline) {
  if (!IsPipePath(path)) throw Win32Error(ERROR_BAD_PATHNAME, "CreateFileW", path);
  const std::wstring wide_path = ToWide(path);
  const DWORD flags = OpenFlags(security);
  for (;;) {
    UniqueFile pipe(::CreateFileW(wide_path.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING,
                                  flags, nullptr));
    if (pipe) return PipeStream(std::move(pipe));
    const DWORD error = ::GetLastError();
    if (error != ERROR_PIPE_BUSY) throw Win32Error(error, "CreateFileW", path);
    // NMPWAIT_WAIT_FOREVER is INFINITE; 0 would mean the server's default timeout.
    const DWORD wait = WaitMilliseconds(deadline);
    if (wait == 0) throw Win32Error(ERROR_PIPE_BUSY, "CreateFileW", path);
    if (!::WaitNamedPipeW(wide_path.c_str(), wait)) {
      const DWORD wait_error = ::GetLastError();
      // The next open tells the outcome: still busy at the deadline, or gone.
      if (wait_error != ERROR_SEM_TIMEOUT && wait_error != ERROR_FILE_NOT_FOUND) {
        throw Win32Error(wait_error, "WaitNamedPipeW", path);
      }
    }
    // An instance was free, but another client may have been faster.
  }
}

PipeStream::PipeStream(UniqueFile pipe)
    : pipe_(std::move(pipe)),
      reading_(std::make_unique<OverlappedOperation>(pipe_.get())),
      writing_(std::make_unique<OverlappedOperation>(pipe_.get())) {}

std::size_t PipeStream::Read(std::span<char> buffer, Clock::time_point deadline, HANDLE stop) {
  const DWORD size = static_cast<DWORD>(
      std::min<std::size_t>(buffer.size(), static_cast<std::size_t>(std::numeric_limits<LONG>::max())));
  for (;;) {
    const BOOL succeeded = ::ReadFile(pipe_.get(), buffer.data(), size, nullptr, reading_->Prepare());
    const DWORD error = succeeded ? ERROR_SUCCESS : ::GetLastError();
    const auto outcome = reading_->Wait(succeeded != FALSE, error, deadline, stop);
    if (IsPipeClosed(outcome.code)) return 0;
    if (outcome.code != ERROR_SUCCESS && outcome.code != ERROR_MORE_DATA) {
      throw Win32Error(outcome.code, "ReadFile");
    }
    if (outcome.bytes != 0) return outcome.bytes;
    // An empty message. A peer that sends nothing else does not extend the deadline.
    if (Clock::now() >= deadline) throw Win32Error(WAIT_TIMEOUT, "ReadFile");
  }
}

void PipeStream::Write(std::string_view bytes, Clock::time_point deadline, HANDLE stop) {
  if (bytes.size() > std::numeric_limits<DWORD>::max())
    throw Win32Error(ERROR_INVALID_PARAMETER, "WriteFile");
  const DWORD size = static_cast<DWORD>(bytes.size());
  const BOOL succeeded = ::WriteFile(pipe_.get(), bytes.data(), size, nullptr, writing_->Prepare());
  const DWORD error = succeeded ? ERROR_SUCCESS : ::GetLastError();
  const auto outcome = writing_->Wait(succeeded != FALSE, error, deadline, stop);
  if (outcome.code != ERROR_SUCCESS) throw Win32Error(outcome.code, "WriteFile");
  if (outcome.bytes != size) throw Win32Error(ERROR_WRITE_FAULT, "WriteFile");
}

}  // namespace onbehalf::win32
