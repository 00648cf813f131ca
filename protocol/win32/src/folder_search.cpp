#include "onbehalf/win32/folder_search.h"

#include <string_view>
#include <utility>

#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::win32 {
namespace {

bool IsFolderItself(std::wstring_view name) { return name == L"." || name == L".."; }

}  // namespace

FolderSearch::FolderSearch(const std::wstring& pattern)
    : folder_(ToUtf8Lossy(pattern.substr(0, pattern.find_last_of(L"\\/")))),
      search_(::FindFirstFileW(pattern.c_str(), &entry_)) {
  if (search_) return;
  const DWORD code = ::GetLastError();
  if (code != ERROR_FILE_NOT_FOUND) throw Win32Error(code, "FindFirstFileW", folder_);
}

const WIN32_FIND_DATAW* FolderSearch::Next() {
  while (search_) {
    if (!std::exchange(is_first_, false) && !::FindNextFileW(search_.get(), &entry_)) {
      const DWORD code = ::GetLastError();
      if (code != ERROR_NO_MORE_FILES) throw Win32Error(code, "FindNextFileW", folder_);
      return nullptr;
    }
    if (!IsFolderItself(entry_.cFileName)) return &entry_;
  }
  return nullptr;
}

}  // namespace onbehalf::win32
