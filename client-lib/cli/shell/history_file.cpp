#include "shell/history_file.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::cli::shell {
namespace {

// Only the end of a larger file is read: it is not a history, or contains a line pasted by mistake.
constexpr LONGLONG kMaxBytes = 1024 * 1024;

std::string DefaultPath() {
  // A path is at most 32,767 characters long.
  std::wstring folder(32'768, L'\0');
  const DWORD length =
      ::GetEnvironmentVariableW(L"LOCALAPPDATA", folder.data(), static_cast<DWORD>(folder.size()));
  if (length == 0 || length >= folder.size()) throw std::runtime_error("LOCALAPPDATA is not set");
  folder.resize(length);
  return win32::ToUtf8(folder) + "\\OnBehalf\\shell-history.txt";
}

void Write(const std::string& path, DWORD disposition, std::string_view text) {
  // With only this right each write appends, even if another shell has written in between.
  const win32::UniqueFile file(::CreateFileW(win32::ToWide(path).c_str(), FILE_APPEND_DATA,
                                             FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                             disposition, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!file) win32::ThrowLastError("CreateFileW", path);
  DWORD written = 0;
  if (!::WriteFile(file.get(), text.data(), static_cast<DWORD>(text.size()), &written, nullptr)) {
    win32::ThrowLastError("WriteFile", path);
  }
}

}  // namespace

HistoryFile::HistoryFile() : HistoryFile(DefaultPath()) {}

HistoryFile::HistoryFile(std::string path) : path_(std::move(path)) {}

History HistoryFile::Load() const {
  std::string text;
  bool is_large = false;
  {
    const win32::UniqueFile file(::CreateFileW(win32::ToWide(path_).c_str(), GENERIC_READ,
                                               FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                               nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
    if (!file) {
      const DWORD error = ::GetLastError();
      if (error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND) return {};
      throw win32::Win32Error(error, "CreateFileW", path_);
    }
    LARGE_INTEGER size{};
    if (!::GetFileSizeEx(file.get(), &size)) win32::ThrowLastError("GetFileSizeEx", path_);
    is_large = size.QuadPart > kMaxBytes;
    if (is_large) {
      LARGE_INTEGER begin{};
      begin.QuadPart = size.QuadPart - kMaxBytes;
      if (!::SetFilePointerEx(file.get(), begin, nullptr, FILE_BEGIN)) {
        win32::ThrowLastError("SetFilePointerEx", path_);
      }
    }
    std::array<char, 64 * 1024> piece;
    DWORD count = 0;
    do {
      if (!::ReadFile(file.get(), piece.data(), static_cast<DWORD>(piece.size()), &count, nullptr)) {
        win32::ThrowLastError("ReadFile", path_);
      }
      text.append(piece.data(), count);
    } while (count > 0);
    // The first line may be incomplete.
    if (is_large) text.erase(0, std::min(text.find('\n'), text.size() - 1) + 1);
  }
  History history = History::FromText(text);
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  if (lines > 2 * History::kMaxLines || is_large) {
    const std::string fresh = path_ + "." + std::to_string(::GetCurrentProcessId());
    Write(fresh, CREATE_ALWAYS, history.ToText());
    if (!::MoveFileExW(win32::ToWide(fresh).c_str(), win32::ToWide(path_).c_str(),
                       MOVEFILE_REPLACE_EXISTING)) {
      const DWORD error = ::GetLastError();
      ::DeleteFileW(win32::ToWide(fresh).c_str());
      throw win32::Win32Error(error, "MoveFileExW", path_);
    }
  }
  return history;
}

void HistoryFile::Append(std::string_view line) const {
  const std::string folder = path_.substr(0, path_.find_last_of('\\'));
  if (!::CreateDirectoryW(win32::ToWide(folder).c_str(), nullptr)) {
    const DWORD error = ::GetLastError();
    if (error != ERROR_ALREADY_EXISTS) throw win32::Win32Error(error, "CreateDirectoryW", folder);
  }
  Write(path_, OPEN_ALWAYS, std::string(line) + "\n");
}

}  // namespace onbehalf::cli::shell
