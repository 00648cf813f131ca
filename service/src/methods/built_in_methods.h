#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "access/access_control.h"
#include "audit/audit.h"
#include "hardening/process_hardening.h"
#include "log/log.h"
#include "modules/module.h"
#include "onbehalf/win32/account_names.h"
#include "requests/server_control.h"
#include "requests/settings_reload.h"
#include "settings/live_settings.h"

namespace onbehalf::service {

// What the built-in methods need; references must outlive every call.
struct BuiltInParts {
  MethodRegistry& registry;  // to which they are added
  AccessControl& access;
  ServerControl& server;
  Audit& audit;
  Log& log;
  std::shared_ptr<const LiveSettings> settings;
  std::shared_ptr<win32::AccountNames> names;
  std::string pipe_path;
  Hardening hardening;
  std::function<std::vector<ModuleState>()> modules;
  // Reads the settings file again, on behalf of the account with this name.
  std::function<SettingsReload::Result(const std::string& account)> reload;
};

// Registers the methods of rpc, access, identity, service, audit, file, registry and database. Throws
// std::runtime_error if ODBC is not available. docs/methods.md describes what this adds.
void AddBuiltInMethods(const BuiltInParts& parts);

}  // namespace onbehalf::service
