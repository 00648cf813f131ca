#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "onbehalf/protocol/service_name.h"
#include "onbehalf/service/settings.h"

namespace onbehalf::service {

enum class RunsIn {
  kService,  // started by the service control manager
  kConsole,  // started by a person, who owns these files
};

// Checks the service's executable and its folder, the data folders, the settings file and everything in the policy and log
// folders: none may be a link, and only administrators may be able to change them. Trusted are SYSTEM, Administrators and
// TrustedInstaller; for the policy and log folders also the SID of the service `name`; and the user of this process in a console or if
// it is an administrator (who can change everything anyway). Returns one sentence for each finding, which says what to do. A
// missing folder is a finding, a missing settings file is not. Not while impersonating.
std::vector<std::string> FindUnsafeFiles(const std::filesystem::path& executable, const DataFolders& folders,
                                         RunsIn runs_in, const protocol::ServiceName& name = {});

// The same for the modules in the settings, which run as code of the service's process: checks the modules folder next to
// `executable`, everything in it, and that there is a DLL for each module. Only what administrators alone may change is loaded.
// No findings without modules.
std::vector<SettingsFault> FindModuleFaults(const std::filesystem::path& executable,
                                            const Settings::Modules& modules, RunsIn runs_in);

// For the console: creates missing data folders, with a protected descriptor that allows SYSTEM, Administrators and the user of
// this process. The folder above them must exist. Throws win32::Win32Error.
void CreateDataFolders(const DataFolders& folders);

}  // namespace onbehalf::service
