#include "onbehalf/win32/process.h"

#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::win32 {
namespace {

// The longest path that Windows has, with its NUL.
constexpr DWORD kLongestPath = 32768;

}  // namespace

std::optional<std::string> ImagePath(DWORD process_id) {
  UniqueObject process(::OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process_id));
  if (!process) return std::nullopt;
  std::wstring path(MAX_PATH, L'\0');
  for (;;) {
    DWORD length = static_cast<DWORD>(path.size());
    if (::QueryFullProcessImageNameW(process.get(), 0, path.data(), &length)) {
      return ToUtf8Lossy(std::wstring_view(path).substr(0, length));
    }
    if (::GetLastError() != ERROR_INSUFFICIENT_BUFFER || path.size() >= kLongestPath) return std::nullopt;
    path.resize(kLongestPath);
  }
}

std::wstring ModulePath(HMODULE module) {
  std::wstring path(MAX_PATH, L'\0');
  for (;;) {
    const DWORD length = ::GetModuleFileNameW(module, path.data(), static_cast<DWORD>(path.size()));
    if (length == 0) ThrowLastError("GetModuleFileNameW");
    if (length < path.size()) {
      path.resize(length);
      return path;
    }
    // Cut short.
    if (path.size() >= kLongestPath) throw Win32Error(ERROR_INSUFFICIENT_BUFFER, "GetModuleFileNameW");
    path.resize(kLongestPath);
  }
}

std::string OwnImagePath() { return ToUtf8Lossy(ModulePath(nullptr)); }

}  // namespace onbehalf::win32
