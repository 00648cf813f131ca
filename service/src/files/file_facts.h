#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "onbehalf/protocol/json_text.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {

// What Windows knows of an open file, in the words of file.*. All throw win32::Win32Error. Any thread.

FILE_BASIC_INFO BasicOf(HANDLE file);
// "VOLUME:FILEID", hexadecimal (FILE_ID_INFO; where the file system has only 64 bits for it, those): a file keeps it when it
// is renamed and changed, and another may get it when it is gone.
std::string IdOf(HANDLE file);
// "2026-01-02T03:04:05.678Z" of a FILETIME as a number; null for zero, which file systems write that have none, and for what
// no calendar has.
protocol::Json TimeText(std::int64_t file_time);
protocol::Json ModifiedOf(HANDLE file);

// What tells files, folders and links apart.
struct FileKind {
  DWORD attributes = 0;
  DWORD reparse_tag = 0;  // zero without FILE_ATTRIBUTE_REPARSE_POINT

  bool is_directory() const { return (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0; }
  // Whether it stands for another one: a symbolic link, a junction, or another "name surrogate". Other reparse points (those
  // of OneDrive, of deduplication) are files that Windows keeps in its own way.
  bool is_link() const;
};
// Of what is open; of a link only if it was not followed. Also on file systems without reparse points (FAT32, exFAT), which
// refuse FileAttributeTagInfo.
FileKind KindOf(HANDLE file);
// "file", "directory", "symlink", "junction" or "other", which is a link of another kind.
const char* TypeOf(FileKind kind);
// ["read only", "hidden", …]
protocol::Json AttributeWords(DWORD attributes);

// file.stat's members except path.
protocol::Json FactsOf(HANDLE file);

}  // namespace onbehalf::service
