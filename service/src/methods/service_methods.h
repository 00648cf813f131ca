#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audit/audit.h"
#include "hardening/process_hardening.h"
#include "modules/module.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/account_names.h"
#include "requests/server_control.h"
#include "requests/settings_reload.h"

namespace onbehalf::service {

// What service.status reports in addition to the server's counters.
struct ServiceFacts {
  std::string pipe;  // the path that clients open: \\.\pipe\onbehalf
  Hardening hardening;
  std::function<std::string()>
      last_error;  // when the last error was logged (Log::TimeOfLastError); "" for never
  std::function<AuditState()> audit;
  std::function<std::vector<ModuleState>()> modules;
  bool audit_required = true;
  // Reads the settings file again, on behalf of the account with this name.
  std::function<SettingsReload::Result(const std::string& account)> reload;
};

// service.status, service.connections, service.disconnect and service.reload. `server` must outlive every call.
void AddServiceMethods(MethodRegistry& registry, ServerControl& server, ServiceFacts facts,
                       std::shared_ptr<win32::AccountNames> names);

}  // namespace onbehalf::service
