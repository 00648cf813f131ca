#pragma once

#include <optional>
#include <string_view>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::client {

// The process of a service, according to the service control manager.
struct ServiceProcess {
  DWORD process_id = 0;            // 0: the service is not running
  std::optional<win32::Sid> user;  // of the process's token; nullopt if this caller may not read it
};

// Queries the local service control manager. nullopt if that fails: access denied, no such service, no manager. Any
// thread.
std::optional<ServiceProcess> FindServiceProcess(std::string_view service);

}  // namespace onbehalf::client
