#pragma once

#include <cstddef>
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
  std::string executable;   // empty if it is not known
  std::string data;         // %ProgramData%\OnBehalf, or what the service's --data says
  bool names_data = false;  // the service's command line has --data
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
// The executable, its directory, the data directory, the files and directories that it should have, and what
// is in the policy's and the logs' (at most kMaxFiles of each).
inline constexpr std::size_t kMaxFiles = 500;
std::vector<FileFacts> CollectFileFacts(const Installation& installation);

// Who may change which files, beside those who can change anything on the computer.
struct FileWriters {
  std::vector<win32::Sid> everything;   // the service's user, where it is an administrator's
  std::vector<win32::Sid> own_folders;  // the service itself: policy and logs
  // While the service does not run nobody knows its user: this user, if an administrator, may be it.
  std::optional<win32::Sid> perhaps_everything;
};
FileWriters FindFileWriters(const ServiceFacts& service);

Finding JudgeFile(const FileFacts& facts, const FileWriters& writers);
// All of them; those of one check that are all well become one finding.
Findings JudgeFiles(const std::vector<FileFacts>& files, const FileWriters& writers);

}  // namespace onbehalf::cli::doctor
