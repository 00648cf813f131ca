#pragma once

#include <vector>

#include "onbehalf/protocol/json_text.h"
#include "onbehalf/service/settings.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::service {

// The settings that are objects or arrays: read from the file, with each fault under its full key, and written back
// as in the file. The value already has the type (object or array) of the default.
void ReadAppPackages(const protocol::Json& value, Settings& settings, std::vector<SettingsFault>& faults);
void ReadFileRoots(const protocol::Json& value, Settings& settings, std::vector<SettingsFault>& faults);
void ReadDatabaseSources(const protocol::Json& value, Settings& settings, std::vector<SettingsFault>& faults);
protocol::Json DatabaseSourcesToJson(const Settings& settings);
void ReadModules(const protocol::Json& value, Settings& settings, std::vector<SettingsFault>& faults);
protocol::Json ModulesToJson(const Settings& settings);
// Whether the methods exist is not checked here.
void ReadMethodLimits(const protocol::Json& value, Settings& settings, std::vector<SettingsFault>& faults);
protocol::Json MethodLimitsToJson(const Settings& settings);

// The SIDs of pipe.app_packages.
std::vector<win32::Sid> AppPackages(const Settings::Pipe& pipe);

}  // namespace onbehalf::service
