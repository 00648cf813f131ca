// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::win32 {

// Finds the entries of a folder that match a pattern, one by one (FindFirstFileW). One thread at a time.
//
// Not std::filesystem::directory_iterator: GCC's pulls in the C++ library's streams, 200 KB per program.
class FolderSearch {
 public:
  // `pattern` is a path whose last component may contain * and ?. Throws Win32Error with the folder as subject; no
  // match (ERROR_FILE_NOT_FOUND) is an empty search.
  explicit FolderSearch(const std::wstring& pattern);

  // The next entry, valid until the next call; nullptr at the end. Skips "." and "..". Throws Win32Error.
  const WIN32_FIND_DATAW* Next();

 private:
  std::string folder_;  // in UTF-8, for errors
  WIN32_FIND_DATAW entry_{};
  UniqueFindHandle search_;
  bool is_first_ = true;
};

}  // namespace onbehalf::win32
