// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::win32 {

// The entries of a folder whose names match a pattern, one after the other (FindFirstFileW). One thread at a time.
//
// Not std::filesystem::directory_iterator: GCC's brings the streams of the C++ library with it, 200 KB of each program.
class FolderSearch {
 public:
  // `pattern`: a path, in whose last component * and ? may stand. Throws Win32Error, with the folder as the subject; nothing
  // that matches (ERROR_FILE_NOT_FOUND) is an empty search.
  explicit FolderSearch(const std::wstring& pattern);

  // The next entry, valid until the next call; nullptr at the end. "." and ".." are left out. Throws Win32Error.
  const WIN32_FIND_DATAW* Next();

 private:
  std::string folder_;  // in UTF-8, for errors
  WIN32_FIND_DATAW entry_{};
  UniqueFindHandle search_;
  bool is_first_ = true;
};

}  // namespace onbehalf::win32
