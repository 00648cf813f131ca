#include "file/local_file.h"

#include <algorithm>
#include <utility>

#include "file/file_error.h"
#include "onbehalf/win32/file_bytes.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::cli {
namespace {

std::wstring WidePath(const std::string& path) {
  try {
    return win32::ToWide(path);
  } catch (const win32::Win32Error&) {
    throw FileError("a path is not valid UTF-8");
  }
}

std::uint64_t Joined(DWORD high, DWORD low) { return std::uint64_t{high} << 32 | low; }

BY_HANDLE_FILE_INFORMATION InformationOf(HANDLE file, const std::string& path) {
  BY_HANDLE_FILE_INFORMATION information{};
  if (!::GetFileInformationByHandle(file, &information)) ThrowFileError("GetFileInformationByHandle", path);
  return information;
}

}  // namespace

LocalFile::LocalFile(std::string path, win32::UniqueFile file)
    : path_(std::move(path)), file_(std::move(file)) {}

LocalFile LocalFile::OpenToRead(const std::string& path) {
  if (LocalKindOf(path) == LocalKind::kDirectory) throw FileError(path + " is a folder");
  win32::UniqueFile file(::CreateFileW(WidePath(path).c_str(), GENERIC_READ,
                                       FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                       OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN, nullptr));
  if (!file) ThrowFileError("CreateFileW", path);
  return LocalFile(path, std::move(file));
}

LocalFile LocalFile::Create(const std::string& path) {
  win32::UniqueFile file(::CreateFileW(WidePath(path).c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ,
                                       nullptr, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!file) ThrowFileError("CreateFileW", path);
  return LocalFile(path, std::move(file));
}

std::optional<LocalFile> LocalFile::OpenToWrite(const std::string& path) {
  win32::UniqueFile file(::CreateFileW(WidePath(path).c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ,
                                       nullptr, OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
  if (!file) {
    const DWORD code = ::GetLastError();
    if (code == ERROR_FILE_NOT_FOUND) return std::nullopt;
    ThrowFileError("CreateFileW", path, code);
  }
  // Through a link its creator would choose which file is written to.
  if ((InformationOf(file.get(), path).dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) {
    throw FileError(path + " is a link or another reparse point, which is not followed");
  }
  return LocalFile(path, std::move(file));
}

LocalFile::State LocalFile::state() const {
  const BY_HANDLE_FILE_INFORMATION information = InformationOf(file_.get(), path_);
  return {Joined(information.nFileSizeHigh, information.nFileSizeLow),
          Joined(information.ftLastWriteTime.dwHighDateTime, information.ftLastWriteTime.dwLowDateTime)};
}

std::string_view LocalFile::ReadAt(std::uint64_t offset, std::span<char> buffer) const {
  std::size_t count = 0;
  try {
    count = win32::ReadAt(file_.get(), offset, buffer);
  } catch (const win32::Win32Error& error) {
    ThrowFileError(error.operation(), path_, error.win32_code());
  }
  if (count < buffer.size()) throw FileError(path_ + " was truncated while it was being read");
  return {buffer.data(), count};
}

void LocalFile::WriteAt(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    OVERLAPPED at = win32::At(offset);
    const auto part = static_cast<DWORD>(std::min<std::size_t>(bytes.size(), 1024 * 1024));
    DWORD written = 0;
    if (!::WriteFile(file_.get(), bytes.data(), part, &written, &at)) ThrowFileError("WriteFile", path_);
    if (written == 0) throw FileError(path_ + " accepts no data", {}, ERROR_WRITE_FAULT);
    offset += written;
    bytes.remove_prefix(written);
  }
}

void LocalFile::Flush() {
  if (!::FlushFileBuffers(file_.get())) ThrowFileError("FlushFileBuffers", path_);
}

void LocalFile::MoveTo(const std::string& path, bool replace) && {
  file_.reset();
  const std::wstring from = WidePath(path_);
  const std::wstring to = WidePath(path);
  if (::MoveFileExW(from.c_str(), to.c_str(), MOVEFILE_WRITE_THROUGH)) return;
  const DWORD code = ::GetLastError();
  if (code != ERROR_ALREADY_EXISTS && code != ERROR_FILE_EXISTS) ThrowFileError("MoveFileExW", path, code);
  if (!replace) throw ExistsAlready(path, code);
  if (!::ReplaceFileW(to.c_str(), from.c_str(), nullptr, 0, nullptr, nullptr))
    ThrowFileError("ReplaceFileW", path);
}

LocalKind LocalKindOf(const std::string& path) {
  const DWORD attributes = ::GetFileAttributesW(WidePath(path).c_str());
  if (attributes != INVALID_FILE_ATTRIBUTES) {
    return (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 ? LocalKind::kDirectory : LocalKind::kFile;
  }
  const DWORD code = ::GetLastError();
  if (code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND) return LocalKind::kNothing;
  ThrowFileError("GetFileAttributesW", path, code);
}

void DeleteLocalFile(const std::string& path) {
  if (::DeleteFileW(WidePath(path).c_str())) return;
  const DWORD code = ::GetLastError();
  if (code == ERROR_FILE_NOT_FOUND) return;
  ThrowFileError("DeleteFileW", path, code);
}

}  // namespace onbehalf::cli
