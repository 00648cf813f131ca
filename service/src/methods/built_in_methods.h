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

// What the methods that every service has work with; what is given by reference must outlive every call.
struct BuiltInParts {
  MethodRegistry& registry;  // which they are added to
  AccessControl& access;
  ServerControl& server;
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

// Registers them: rpc, access, identity, service, audit, file, registry and database. Throws
// std::runtime_error when ODBC is not to be had. docs/methods.md describes what this adds.
void AddBuiltInMethods(const BuiltInParts& parts);

}  // namespace onbehalf::service
