#pragma once

#include <filesystem>
#include <string>

namespace onbehalf::service {

// What --reset-access did, or why it refused, in sentences for a console.
struct ResetAccessResult {
  bool done = false;
  std::string text;
};

// Removes access.json from the policy folder, for whom the policy has locked out: the built-in default is in
// force when the service starts. What the file said is kept. Refused unless Administrators is enabled in this
// process's token, and while the service runs: `service` is asked of the service control manager (empty: not
// asked, for a folder that is not the installed service's), and whichever process works on the folder holds
// it. Throws win32::Win32Error when Windows refuses a file.
ResetAccessResult ResetAccess(const std::filesystem::path& policy_folder, const std::string& service);

}  // namespace onbehalf::service
