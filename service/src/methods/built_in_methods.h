#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audit/audit.h"
#include "live_settings.h"
#include "log.h"
#include "modules/module.h"
#include "onbehalf/win32/account_names.h"
#include "process_hardening.h"
#include "server.h"
#include "settings_reload.h"

namespace onbehalf::service {

// What the methods that every service has work with; what is given by reference must outlive every call.
struct BuiltInParts {
  Server& server;
  Audit& audit;
  Log& log;
  std::shared_ptr<const LiveSettings> settings;
  std::shared_ptr<win32::AccountNames> names;
  std::string pipe_path;
  Hardening hardening;
  std::function<std::vector<ModuleState>()> modules;
  // Reads the settings file again, for the account of this name.
  std::function<SettingsReload::Result(const std::string& account)> reload;
};

// Registers them with the server: rpc, access, identity, service, audit, file, registry and database. Throws
// std::runtime_error when ODBC is not to be had. docs/methods.md describes what this adds.
void AddBuiltInMethods(const BuiltInParts& parts);

}  // namespace onbehalf::service
