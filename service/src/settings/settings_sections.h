#pragma once

#include <vector>

#include "onbehalf/protocol/json_text.h"
#include "onbehalf/service/settings.h"

namespace onbehalf::service {

// The settings that are no number, word or boolean: read from the file, with every fault under its whole key, and written
// as they stand in it. Read from a value of the type (object or array) that the default has.
void ReadFileRoots(const protocol::Json& value, Settings& settings, std::vector<SettingsFault>& faults);
void ReadDatabaseSources(const protocol::Json& value, Settings& settings, std::vector<SettingsFault>& faults);
protocol::Json DatabaseSourcesToJson(const Settings& settings);
void ReadModules(const protocol::Json& value, Settings& settings, std::vector<SettingsFault>& faults);
protocol::Json ModulesToJson(const Settings& settings);
// Whether there are such methods is not known here.
void ReadMethodLimits(const protocol::Json& value, Settings& settings, std::vector<SettingsFault>& faults);
protocol::Json MethodLimitsToJson(const Settings& settings);

}  // namespace onbehalf::service
