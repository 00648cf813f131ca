#pragma once

#include <optional>
#include <string_view>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::client {

// The process that the service control manager names for a service.
struct ServiceProcess {
  DWORD process_id = 0;            // 0: the service is not running
  std::optional<win32::Sid> user;  // of the process's token; nullopt where this caller may not look at it
};

// Asks the local service control manager. nullopt where it cannot be asked: refused to this caller, no such
// service, no manager. Any thread.
std::optional<ServiceProcess> FindServiceProcess(std::string_view service);

}  // namespace onbehalf::client
