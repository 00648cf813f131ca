#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::cli {

// A file on this computer, by its handle. Paths are UTF-8. One thread. Everything throws FileError.
class LocalFile {
 public:
  // Others may write to it meanwhile, as to a log: what state() says tells whether they have.
  static LocalFile OpenToRead(const std::string& path);
  // Makes the file; nobody else may write to it while this lives. Fails if there is one.
  static LocalFile Create(const std::string& path);
  // The same of a file that is there, which may be no link; nullopt: it is not there.
  static std::optional<LocalFile> OpenToWrite(const std::string& path);

  struct State {
    std::uint64_t size;
    std::uint64_t written;  // when last, in units of 100 ns
    friend bool operator==(const State&, const State&) = default;
  };
  State state() const;
  const std::string& path() const { return path_; }

  // Fills `buffer` with what stands at `offset`; fails if the file ends before.
  std::string_view ReadAt(std::uint64_t offset, std::span<char> buffer) const;
  void WriteAt(std::uint64_t offset, std::string_view bytes);
  // Until Windows says that all of it is on the disk.
  void Flush();
  // Closes it and gives it another name in the same folder. A file that it replaces leaves it its DACL, attributes, time of
  // creation and alternate streams (ReplaceFileW).
  void MoveTo(const std::string& path, bool replace) &&;

 private:
  LocalFile(std::string path, win32::UniqueFile file);

  std::string path_;
  win32::UniqueFile file_;
};

// What a path on this computer names.
enum class LocalKind { kNothing, kFile, kDirectory };
LocalKind LocalKindOf(const std::string& path);

// Deletes the file, if it is there; a link itself, not what it points to.
void DeleteLocalFile(const std::string& path);

}  // namespace onbehalf::cli
