#pragma once

#include <string>
#include <string_view>

#include "shell/history.h"

namespace onbehalf::cli::shell {

// %LOCALAPPDATA%\OnBehalf\shell-history.txt: lines of UTF-8, which several shells may append to at the same
// time. Only this user's folder is asked for, so the file is as private as that is. One thread. Throws
// Win32Error, and std::runtime_error where there is no such folder.
class HistoryFile {
 public:
  HistoryFile();
  // `path` is the file's.
  explicit HistoryFile(std::string path);

  // What is there, none if there is no file yet. A file that has grown to more than twice what a history
  // keeps is written anew with what it keeps.
  History Load() const;
  // Puts the line at the end.
  void Append(std::string_view line) const;

 private:
  std::string path_;
};

}  // namespace onbehalf::cli::shell
