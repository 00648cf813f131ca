#pragma once

#include <string>
#include <string_view>

#include "shell/history.h"

namespace onbehalf::cli::shell {

// %LOCALAPPDATA%\OnBehalf\shell-history.txt: lines of UTF-8, which several shells may append to at once. It is
// in the user's own folder and as private as that. One thread. Throws Win32Error, and std::runtime_error if there
// is no such folder.
class HistoryFile {
 public:
  HistoryFile();
  // `path` is the file's.
  explicit HistoryFile(std::string path);

  // The saved lines; none if there is no file. Rewrites a file that has more than twice the lines of a
  // history with the lines that the history keeps.
  History Load() const;
  // Appends the line to the file.
  void Append(std::string_view line) const;

 private:
  std::string path_;
};

}  // namespace onbehalf::cli::shell
