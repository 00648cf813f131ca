#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "files/name_pattern.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {

// What a folder says of something in it.
struct DirectoryEntry {
  std::wstring_view name;  // of the reader's memory, until it reads on
  std::uint64_t size = 0;
  std::int64_t modified = 0;  // FILETIME
  DWORD attributes = 0;
  DWORD reparse_tag = 0;
};

// Which entries are wanted.
struct EntryFilter {
  std::optional<NamePattern> glob;
  std::optional<std::wstring> after;  // only names behind it, in the order of IsNameBefore
  bool Takes(std::wstring_view name) const;
};

// Reads the entries of an open folder in the folder's order, except . and ... It borrows the handle (FILE_LIST_DIRECTORY),
// whose place in the folder it moves. One thread at a time. Throws win32::Win32Error.
class DirectoryReader {
 public:
  explicit DirectoryReader(HANDLE directory);
  // nullopt at the end.
  std::optional<DirectoryEntry> Next();
  // Whether Next would ask the disk.
  bool needs_disk() const { return next_ == nullptr; }

 private:
  HANDLE directory_;
  std::unique_ptr<char[]> buffer_;
  const char* next_ = nullptr;  // the entry in buffer_ that comes next
};

// {"name", "size", "type", "modified", "attributes"}
protocol::Json EntryJson(const DirectoryEntry& entry);
// What that takes in a JSON text, at most.
std::size_t EntryBytes(const DirectoryEntry& entry);

struct DirectoryPage {
  protocol::Json entries;            // an array, in the order of IsNameBefore
  std::optional<std::wstring> next;  // the name that the next page comes after, if there is one
};
// The first `limit` entries that the filter takes, or fewer when they take more than `max_bytes` (but at least one). Reads
// the whole folder and keeps what the page needs. Throws Win32Error(ERROR_CANCELLED) when `stop` is asked for meanwhile.
DirectoryPage ReadDirectoryPage(HANDLE directory, const EntryFilter& filter, std::size_t limit,
                                std::size_t max_bytes, const std::stop_token& stop);

}  // namespace onbehalf::service
