#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::cli {

// A file on this computer, by its handle. Paths are UTF-8. One thread. All functions throw FileError.
class LocalFile {
 public:
  // Other programs may keep writing to it, as to a log; compare state() to find out.
  static LocalFile OpenToRead(const std::string& path);
  // Creates the file; nothing else may write to it while it is open. Fails if it exists.
  static LocalFile Create(const std::string& path);
  // The same for an existing file, which must not be a link; nullopt if it does not exist.
  static std::optional<LocalFile> OpenToWrite(const std::string& path);

  struct State {
    std::uint64_t size;
    std::uint64_t written;  // last write time, in units of 100 ns
    friend bool operator==(const State&, const State&) = default;
  };
  State state() const;
  const std::string& path() const { return path_; }

  // Fills `buffer` with the bytes at `offset`; fails if the file ends before that.
  std::string_view ReadAt(std::uint64_t offset, std::span<char> buffer) const;
  void WriteAt(std::uint64_t offset, std::string_view bytes);
  // Returns when Windows confirms that everything is on the disk.
  void Flush();
  // Closes it and renames it within its folder. It takes over the DACL, attributes, creation time and
  // alternate streams of a file that it replaces (ReplaceFileW).
  void MoveTo(const std::string& path, bool replace) &&;

 private:
  LocalFile(std::string path, win32::UniqueFile file);

  std::string path_;
  win32::UniqueFile file_;
};

// What a path on this computer names.
enum class LocalKind { kNothing, kFile, kDirectory };
LocalKind LocalKindOf(const std::string& path);

// Deletes the file if it exists; for a link, the link itself and not its target.
void DeleteLocalFile(const std::string& path);

}  // namespace onbehalf::cli
