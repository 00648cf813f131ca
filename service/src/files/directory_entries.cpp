#include "files/directory_entries.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

// The maximum for network file systems.
constexpr DWORD kBufferBytes = 64 * 1024;
// Member names, a date, a size and all attribute words.
constexpr std::size_t kEntryBytes = 240;

bool IsBefore(const KeptEntry& a, const KeptEntry& b) { return IsNameBefore(a.name, b.name); }

}  // namespace

bool EntryFilter::Takes(std::wstring_view name) const {
  return (!after || IsNameBefore(*after, name)) && (!glob || glob->Matches(name));
}

DirectoryReader::DirectoryReader(HANDLE directory) : directory_(directory), buffer_(new char[kBufferBytes]) {}

std::optional<DirectoryEntry> DirectoryReader::Next() {
  for (;;) {
    if (next_ == nullptr) {
      if (!::GetFileInformationByHandleEx(directory_, FileFullDirectoryInfo, buffer_.get(), kBufferBytes)) {
        const DWORD code = ::GetLastError();
        // An empty root directory does not even contain . and ...
        if (code == ERROR_NO_MORE_FILES || code == ERROR_FILE_NOT_FOUND) return std::nullopt;
        throw win32::Win32Error(code, "GetFileInformationByHandleEx");
      }
      next_ = buffer_.get();
    }
    const auto& information = *reinterpret_cast<const FILE_FULL_DIR_INFO*>(next_);
    next_ = information.NextEntryOffset == 0 ? nullptr : next_ + information.NextEntryOffset;
    const std::wstring_view name(information.FileName, information.FileNameLength / sizeof(WCHAR));
    if (name == L"." || name == L"..") continue;
    DirectoryEntry entry;
    entry.name = name;
    entry.size = static_cast<std::uint64_t>(information.EndOfFile.QuadPart);
    entry.modified = information.LastWriteTime.QuadPart;
    entry.attributes = information.FileAttributes;
    // For a reparse point, EaSize holds its tag (FILE_FULL_DIR_INFORMATION).
    if ((entry.attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) entry.reparse_tag = information.EaSize;
    return entry;
  }
}

// A UTF-16 unit takes at most three bytes in UTF-8, or six if it is an escaped control character.
std::size_t EntryBytes(const DirectoryEntry& entry) { return kEntryBytes + 6 * entry.name.size(); }

DirectoryPage ReadDirectoryPage(HANDLE directory, const EntryFilter& filter, std::size_t limit,
                                std::size_t max_bytes, const std::stop_token& stop) {
  DirectoryReader reader(directory);
  std::vector<KeptEntry> kept;  // a heap with the last name on top
  bool left_out = false;
  while (auto entry = reader.Next()) {
    if (reader.needs_disk() && stop.stop_requested())
      throw win32::Win32Error(ERROR_CANCELLED, "GetFileInformationByHandleEx");
    if (!filter.Takes(entry->name)) continue;
    if (kept.size() == limit) {
      left_out = true;
      if (!IsNameBefore(entry->name, kept.front().name)) continue;
      std::pop_heap(kept.begin(), kept.end(), IsBefore);
      kept.pop_back();
    }
    kept.push_back({std::wstring(entry->name), *entry});
    std::push_heap(kept.begin(), kept.end(), IsBefore);
  }
  std::sort_heap(kept.begin(), kept.end(), IsBefore);

  std::size_t bytes = 0;
  std::size_t fitting = 0;
  for (KeptEntry& one : kept) {
    one.entry.name = one.name;
    bytes += EntryBytes(one.entry);
    if (bytes > max_bytes && fitting != 0) {
      left_out = true;
      break;
    }
    ++fitting;
  }
  kept.resize(fitting);
  DirectoryPage page;
  page.has_next = left_out && !kept.empty();
  page.entries = std::move(kept);
  return page;
}

}  // namespace onbehalf::service
