#include "storage/file_operations.h"

#include <algorithm>

#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/win32/folder_search.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

using std::filesystem::path;
using win32::ThrowLastError;
using win32::Win32Error;

std::string Text(const path& file) { return win32::ToUtf8Lossy(file.native()); }

// While a virus scanner or a reader has the file open for a moment, it cannot be replaced (ERROR_ACCESS_DENIED, even if the
// reader shares everything).
constexpr int kReplaceTries = 11;
constexpr DWORD kReplacePause = 25;  // milliseconds

// WriteFile takes a DWORD.
constexpr std::size_t kMaxWriteBytes = std::size_t{1} << 30;

class WindowsFiles final : public FileOperations {
 public:
  void MakeFolder(const path& folder) override {
    pipe::AssertNotImpersonating();
    if (::CreateDirectoryW(folder.c_str(), nullptr)) return;
    const DWORD code = ::GetLastError();
    if (code != ERROR_ALREADY_EXISTS) throw Win32Error(code, "CreateDirectoryW", Text(folder));
    const DWORD attributes = ::GetFileAttributesW(folder.c_str());
    if (attributes == INVALID_FILE_ATTRIBUTES) ThrowLastError("GetFileAttributesW", Text(folder));
    if ((attributes & FILE_ATTRIBUTE_DIRECTORY) == 0)
      throw Win32Error(code, "CreateDirectoryW", Text(folder));
    RefuseLink(attributes, folder);
  }

  win32::UniqueFile Create(const path& file) override {
    pipe::AssertNotImpersonating();
    win32::UniqueFile made(::CreateFileW(file.c_str(), GENERIC_WRITE, FILE_SHARE_READ, nullptr, CREATE_NEW,
                                         FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
    if (!made) ThrowLastError("CreateFileW", Text(file));
    return made;
  }

  void Write(HANDLE file, std::string_view bytes) override {
    pipe::AssertNotImpersonating();
    while (!bytes.empty()) {
      const auto part = static_cast<DWORD>(std::min(bytes.size(), kMaxWriteBytes));
      DWORD written = 0;
      if (!::WriteFile(file, bytes.data(), part, &written, nullptr)) ThrowLastError("WriteFile");
      if (written == 0) throw Win32Error(ERROR_WRITE_FAULT, "WriteFile");
      bytes.remove_prefix(written);
    }
  }

  void Flush(HANDLE file) override {
    pipe::AssertNotImpersonating();
    if (!::FlushFileBuffers(file)) ThrowLastError("FlushFileBuffers");
  }

  void Close(win32::UniqueFile file) override {
    pipe::AssertNotImpersonating();
    if (!::CloseHandle(file.release())) ThrowLastError("CloseHandle");
  }

  void Replace(const path& from, const path& to) override {
    pipe::AssertNotImpersonating();
    for (int left = kReplaceTries; !::MoveFileExW(from.c_str(), to.c_str(), kReplaceFlags);) {
      const DWORD code = ::GetLastError();
      const bool may_pass = code == ERROR_ACCESS_DENIED || code == ERROR_SHARING_VIOLATION;
      if (!may_pass || --left == 0) throw Win32Error(code, "MoveFileExW", Text(to));
      ::Sleep(kReplacePause);
    }
  }

  void Delete(const path& file) override {
    pipe::AssertNotImpersonating();
    // If the name is a link, this deletes the link.
    if (::DeleteFileW(file.c_str())) return;
    const DWORD code = ::GetLastError();
    if (code != ERROR_FILE_NOT_FOUND && code != ERROR_PATH_NOT_FOUND) {
      throw Win32Error(code, "DeleteFileW", Text(file));
    }
  }

  std::vector<std::wstring> List(const path& folder) override {
    pipe::AssertNotImpersonating();
    const DWORD attributes = ::GetFileAttributesW(folder.c_str());
    if (attributes != INVALID_FILE_ATTRIBUTES) RefuseLink(attributes, folder);
    std::vector<std::wstring> names;
    std::optional<win32::FolderSearch> search;
    try {
      search.emplace((folder / L"*").native());
    } catch (const Win32Error& error) {
      if (error.win32_code() == ERROR_PATH_NOT_FOUND) return names;
      throw;
    }
    while (const WIN32_FIND_DATAW* const entry = search->Next()) {
      if ((entry->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0) names.emplace_back(entry->cFileName);
    }
    return names;
  }

  std::optional<std::string> Read(const path& file, std::size_t most) override {
    pipe::AssertNotImpersonating();
    const win32::UniqueFile opened(
        ::CreateFileW(file.c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                      nullptr, OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
    if (!opened) {
      const DWORD code = ::GetLastError();
      if (code == ERROR_FILE_NOT_FOUND) return std::nullopt;
      throw Win32Error(code, "CreateFileW", Text(file));
    }
    BY_HANDLE_FILE_INFORMATION information;
    if (!::GetFileInformationByHandle(opened.get(), &information)) {
      ThrowLastError("GetFileInformationByHandle", Text(file));
    }
    RefuseLink(information.dwFileAttributes, file);
    // Not limited by the current size: a writer may extend the file.
    std::string text;
    while (text.size() < most) {
      const std::size_t before = text.size();
      const std::size_t part = std::min<std::size_t>(most - before, before == 0 ? 64 * 1024 : 1024 * 1024);
      text.resize(before + part);
      DWORD read = 0;
      if (!::ReadFile(opened.get(), text.data() + before, static_cast<DWORD>(part), &read, nullptr)) {
        ThrowLastError("ReadFile", Text(file));
      }
      text.resize(before + read);
      if (read == 0) break;
    }
    return text;
  }

 private:
  static constexpr DWORD kReplaceFlags = MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH;

  static void RefuseLink(DWORD attributes, const path& file) {
    if ((attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) {
      throw Win32Error(ERROR_CANT_ACCESS_FILE, "CreateFileW", Text(file) + ", which is a link");
    }
  }
};

}  // namespace

FileOperations& FileOperations::Windows() {
  static WindowsFiles files;
  return files;
}

}  // namespace onbehalf::service
