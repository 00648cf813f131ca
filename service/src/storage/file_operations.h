#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::service {

// The operations on files that the service keeps (policy, audit), one function for each, so that a test can make each of them
// fail or be the last. A link in place of a file is never followed (ERROR_CANT_ACCESS_FILE). All throw Win32Error. Any thread,
// except one that impersonates.
class FileOperations {
 public:
  virtual ~FileOperations() = default;

  // The Windows implementation.
  static FileOperations& Windows();

  // Does nothing if the folder exists. A new folder inherits its descriptor from the folder above.
  virtual void MakeFolder(const std::filesystem::path& folder) = 0;
  // A new file, open for writing; others may only read it until it is closed. ERROR_FILE_EXISTS if the file exists.
  virtual win32::UniqueFile Create(const std::filesystem::path& file) = 0;
  // Writes all bytes, at the file pointer or (append-only handle) at the end: in one write, unless Windows accepts fewer.
  virtual void Write(HANDLE file, std::string_view bytes) = 0;
  // Returns when the written data is on the disk, not only in its cache.
  virtual void Flush(HANDLE file) = 0;
  virtual void Close(win32::UniqueFile file) = 0;
  // Renames `from` to `to`, replacing an existing file, in one step that is on the disk on return. Retries for a quarter of a
  // second while another program has `to` open.
  virtual void Replace(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  // Does nothing if the file does not exist.
  virtual void Delete(const std::filesystem::path& file) = 0;
  // The names of the files in a folder, without subfolders; none if the folder does not exist.
  virtual std::vector<std::wstring> List(const std::filesystem::path& folder) = 0;
  // The first `most` bytes; nullopt if the file does not exist.
  virtual std::optional<std::string> Read(const std::filesystem::path& file, std::size_t most) = 0;
};

}  // namespace onbehalf::service
