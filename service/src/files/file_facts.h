#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {

// What Windows knows about an open file, in the words that file.* reports it with. All throw win32::Win32Error. Any thread.

FILE_BASIC_INFO BasicOf(HANDLE file);
// "VOLUME:FILEID", hexadecimal (FILE_ID_INFO, or the 64-bit id where the file system has no longer one). A file keeps
// its id when it is renamed or changed; after it is deleted, another file may get the id.
std::string IdOf(HANDLE file);
// A FILETIME as "2026-01-02T03:04:05.678Z"; nullopt for zero, which file systems without that time write, and for
// times beyond year 9999.
std::optional<std::string> TimeText(std::int64_t file_time);
std::optional<std::string> ModifiedOf(HANDLE file);

// Tells files, folders and links apart.
struct FileKind {
  DWORD attributes = 0;
  DWORD reparse_tag = 0;  // zero without FILE_ATTRIBUTE_REPARSE_POINT

  bool is_directory() const { return (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0; }
  // Whether it stands for another file: a symbolic link, a junction or another "name surrogate". Other reparse points
  // (OneDrive, deduplication) are files that Windows stores in its own way.
  bool is_link() const;
};
// Of an open file; of a link only if it was opened without following it. Also works on file systems without reparse
// points (FAT32, exFAT), which refuse FileAttributeTagInfo.
FileKind KindOf(HANDLE file);
// "file", "directory", "symlink", "junction", or "other" for any other kind of link.
std::string_view TypeOf(FileKind kind);
// "read only", "hidden", …
std::vector<std::string_view> AttributeWords(DWORD attributes);

struct FileFacts {
  explicit FileFacts(HANDLE file);

  std::string_view type;
  std::int64_t size;  // in bytes
  std::optional<std::string> created;
  std::optional<std::string> modified;
  std::optional<std::string> accessed;
  std::vector<std::string_view> attributes;
  DWORD links;
  std::string id;
  std::optional<std::string> target;  // of a link
};

}  // namespace onbehalf::service
