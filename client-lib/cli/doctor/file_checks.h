#pragma once

#include <optional>
#include <string>
#include <vector>

#include "finding.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/sid.h"
#include "service_checks.h"

namespace onbehalf::cli::doctor {

// Where an installation has its files.
struct Installation {
  std::string executable;  // empty if it is not known
  std::string data;        // %ProgramData%\OnBehalf, or what the service's --data says
};
Installation FindInstallation(const ServiceFacts& service);

// One file or directory and who may change it.
struct FileFacts {
  std::string check;  // "files.executable"
  std::string path;
  Answer<bool> is_reparse_point;  // its code 2 or 3: there is no such file
  Answer<win32::SecurityDescriptor> descriptor;
  bool service_may_write = false;
  bool may_be_absent = false;

  bool IsMissing() const {
    return !is_reparse_point &&
           (is_reparse_point.code == ERROR_FILE_NOT_FOUND || is_reparse_point.code == ERROR_PATH_NOT_FOUND);
  }
};
// The executable, its directory, the data directory, and the files and directories that it should have.
std::vector<FileFacts> CollectFileFacts(const Installation& installation);

// Who may change which files, beside those who can change anything on the computer.
struct FileWriters {
  std::vector<win32::Sid> everything;   // the service's user, where it is an administrator's
  std::vector<win32::Sid> own_folders;  // the service itself: policy and logs
};
FileWriters FindFileWriters(const ServiceFacts& service);

Finding JudgeFile(const FileFacts& facts, const FileWriters& writers);

}  // namespace onbehalf::cli::doctor
