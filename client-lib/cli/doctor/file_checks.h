#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "answer.h"
#include "finding.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/sid.h"
#include "service_checks.h"

namespace onbehalf::cli::doctor {

// The location of an installation's files.
struct Installation {
  std::string executable;   // empty if unknown
  std::string data;         // %ProgramData%\NAME, or the service's --data
  bool names_data = false;  // the service's command line has --data
  std::string name{};       // its --name; empty: none
};
Installation FindInstallation(const ServiceFacts& service);

// A file or directory and who may change it.
struct FileFacts {
  std::string check;  // "files.executable"
  std::string path;
  Answer<bool> is_reparse_point;  // code 2 or 3: the file does not exist
  Answer<win32::SecurityDescriptor> descriptor;
  bool service_may_write = false;
  bool may_be_absent = false;

  bool IsMissing() const {
    return !is_reparse_point &&
           (is_reparse_point.code == ERROR_FILE_NOT_FOUND || is_reparse_point.code == ERROR_PATH_NOT_FOUND);
  }
};
// The executable, its directory, the data directory, the files and directories expected in it, and the
// contents of the policy and logs directories (at most kMaxFiles each).
inline constexpr std::size_t kMaxFiles = 500;
std::vector<FileFacts> CollectFileFacts(const Installation& installation);

// Accounts that may change files, in addition to those that can change anything on the computer.
struct FileWriters {
  std::vector<win32::Sid> everything;   // the service's user, if it is an administrator
  std::vector<win32::Sid> own_folders;  // the service itself, in policy and logs
  // The service's user is unknown while it is not running: it may be this user, if an administrator.
  std::optional<win32::Sid> perhaps_everything;
};
FileWriters FindFileWriters(const ServiceFacts& service);

Finding JudgeFile(const FileFacts& facts, const FileWriters& writers);
// Whether the service can read its settings and write its policy and logs: what the folders' DACLs give to `account`, the SIDs in the
// token of its process that are known without it.
Finding JudgeAccountAccess(const std::vector<FileFacts>& files, const std::vector<win32::Sid>& account);
// The findings for all files. The passing files of one check are merged into one finding.
Findings JudgeFiles(const std::vector<FileFacts>& files, const FileWriters& writers);

}  // namespace onbehalf::cli::doctor
