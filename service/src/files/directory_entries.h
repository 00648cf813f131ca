#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "files/name_pattern.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {

// A directory entry as the folder lists it.
struct DirectoryEntry {
  std::wstring_view name;  // in the reader's buffer, until its next read
  std::uint64_t size = 0;
  std::int64_t modified = 0;  // FILETIME
  DWORD attributes = 0;
  DWORD reparse_tag = 0;
};

// Selects entries.
struct EntryFilter {
  std::optional<NamePattern> glob;
  std::optional<std::wstring> after;  // only names after this one, in the order of IsNameBefore
  bool Takes(std::wstring_view name) const;
};

// Reads the entries of an open folder in the folder's order, without . and ... Borrows the handle
// (FILE_LIST_DIRECTORY) and moves its position in the folder. One thread at a time. Throws win32::Win32Error.
class DirectoryReader {
 public:
  explicit DirectoryReader(HANDLE directory);
  // nullopt at the end.
  std::optional<DirectoryEntry> Next();
  // Whether the next Next() must read from the disk.
  bool needs_disk() const { return next_ == nullptr; }

 private:
  HANDLE directory_;
  std::unique_ptr<char[]> buffer_;
  const char* next_ = nullptr;  // the next entry in buffer_
};

// An upper bound of the entry's size as JSON.
std::size_t EntryBytes(const DirectoryEntry& entry);

// An entry and its name.
struct KeptEntry {
  std::wstring name;
  DirectoryEntry entry;  // its own `name` is not valid
};

struct DirectoryPage {
  std::vector<KeptEntry> entries;  // in the order of IsNameBefore
  bool has_next = false;           // another page follows
};
// The first `limit` entries that the filter accepts, or fewer if they exceed `max_bytes` (but at least one). Reads
// the whole folder but stores only what the page needs. Throws Win32Error(ERROR_CANCELLED) when `stop` is requested.
DirectoryPage ReadDirectoryPage(HANDLE directory, const EntryFilter& filter, std::size_t limit,
                                std::size_t max_bytes, const std::stop_token& stop);

}  // namespace onbehalf::service
