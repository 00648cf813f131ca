#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "onbehalf/service/settings.h"

namespace onbehalf::service {

enum class RunsIn {
  kService,  // started by the service control manager
  kConsole,  // started by a person, whose files these are
};

// Looks at the service's executable and its folder, the data folders, the settings file and everything in the
// policy and log folders: none may be a link, and none may be changed by an account that is not an
// administrator's. Trusted are SYSTEM, Administrators and TrustedInstaller; for the policy and log folders
// the service's own SID; and the user of this process in a console or if it is an administrator (who can
// change everything anyway). Gives one sentence for each finding, which says what to do; none if all is well.
// A folder that is missing is a finding, a settings file that is missing is not. Not while impersonating.
std::vector<std::string> FindUnsafeFiles(const std::filesystem::path& executable, const DataFolders& folders,
                                         RunsIn runs_in);

// The same for the modules of the settings, which are code of the service's process: looks at the folder modules beside
// `executable` and at everything in it, and whether there is a DLL for each of them. Only what administrators may change is
// loaded. No findings without modules.
std::vector<SettingsFault> FindModuleFaults(const std::filesystem::path& executable,
                                            const Settings::Modules& modules, RunsIn runs_in);

// For the console: makes those of the data folders that are missing, with a protected descriptor that admits
// SYSTEM, Administrators and the user of this process. The folder above them must exist. Throws
// win32::Win32Error.
void CreateDataFolders(const DataFolders& folders);

}  // namespace onbehalf::service
