#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::service {

// What the service does with the files that it keeps (policy, audit), one operation a function, so that a test can make each of
// them fail or be the last. A link in the place of a file is never followed (ERROR_CANT_ACCESS_FILE). All throw
// Win32Error. Any thread, except one that impersonates.
class FileOperations {
 public:
  virtual ~FileOperations() = default;

  // Windows' own.
  static FileOperations& Windows();

  // Nothing to be done if the folder is there. What is made inherits its descriptor from the folder above.
  virtual void MakeFolder(const std::filesystem::path& folder) = 0;
  // A new file, open for writing, which others may only read meanwhile. ERROR_FILE_EXISTS if there is one.
  virtual win32::UniqueFile Create(const std::filesystem::path& file) = 0;
  // All of the bytes, where the handle stands or, if it may only append, at the end: in one write, unless Windows takes less.
  virtual void Write(HANDLE file, std::string_view bytes) = 0;
  // What was written is on the disk, not only in its cache.
  virtual void Flush(HANDLE file) = 0;
  virtual void Close(win32::UniqueFile file) = 0;
  // `from` takes the name `to`, and the place of what had it, in one step that is on the disk on return.
  // Tries for a quarter of a second while another program has `to` open.
  virtual void Replace(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  // Nothing to be done if the file is not there.
  virtual void Delete(const std::filesystem::path& file) = 0;
  // The names of the files in a folder, without folders; none if the folder is not there.
  virtual std::vector<std::wstring> List(const std::filesystem::path& folder) = 0;
  // The first `most` bytes; nullopt if the file is not there.
  virtual std::optional<std::string> Read(const std::filesystem::path& file, std::size_t most) = 0;
};

}  // namespace onbehalf::service
