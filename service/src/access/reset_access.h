#pragma once

#include <filesystem>
#include <string>

#include "onbehalf/protocol/service_name.h"

namespace onbehalf::service {

// What --reset-access did, or why it refused, in sentences for a console.
struct ResetAccessResult {
  bool done = false;
  std::string text;
};

// Whose policy folder it is.
enum class FolderOf { kService, kNoService };

// Removes access.json from the policy folder, for an administrator whom the policy locked out: the built-in default is in force
// at the next start of the service. The file's content is kept. Refused unless Administrators is enabled in this process's
// token, and while the service runs: the service control manager is asked about `service` if the folder is its own, and a
// process that uses the folder holds its lock. Throws win32::Win32Error when Windows refuses a file operation.
ResetAccessResult ResetAccess(const std::filesystem::path& policy_folder,
                              const protocol::ServiceName& service, FolderOf folder_of);

}  // namespace onbehalf::service
