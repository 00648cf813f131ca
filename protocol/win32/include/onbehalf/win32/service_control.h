// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/overlapped.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::win32 {

// SERVICE_STATUS_PROCESS.
struct ServiceStatus {
  DWORD state = SERVICE_STOPPED;  // SERVICE_RUNNING, ...
  DWORD process_id = 0;           // 0 while stopped
  DWORD accepted_controls = 0;
  DWORD exit_code = ERROR_SUCCESS;  // ERROR_SERVICE_SPECIFIC_ERROR: see the next member
  DWORD service_specific_exit_code = 0;
  DWORD checkpoint = 0;
  std::chrono::milliseconds wait_hint{0};
};

// The state's name in sc.exe, "running", "start pending", ...; the number if it has none.
std::string ServiceStateName(DWORD state);

struct ServiceConfig {
  DWORD type = 0;
  DWORD start_type = 0;  // SERVICE_AUTO_START, ...
  DWORD error_control = 0;
  std::string command_line;  // with quotes, as in the registry (binPath)
  std::string account;       // "LocalSystem", "NT SERVICE\OnBehalf"
  std::string display_name;
  std::vector<std::string> dependencies;  // groups begin with SC_GROUP_IDENTIFIER ('+')
};

struct ServiceFailureActions {
  std::optional<std::chrono::seconds> reset_period;  // nullopt: never
  std::string reboot_message;
  std::string command;
  std::vector<SC_ACTION> actions;  // delays in milliseconds
};

// An installed service, opened with the requested rights; a call that needs others throws Win32Error
// (ERROR_ACCESS_DENIED). Owns its handle. Every call throws Win32Error with the service's name as subject. Any
// thread.
class InstalledService {
 public:
  // Rights: SERVICE_QUERY_STATUS, SERVICE_QUERY_CONFIG, SERVICE_START, SERVICE_STOP, READ_CONTROL. Throws
  // ERROR_SERVICE_DOES_NOT_EXIST (1060). Opens the manager with SC_MANAGER_CONNECT only, which everyone has.
  static InstalledService Open(std::string_view name, DWORD access);

  const std::string& name() const noexcept { return name_; }
  SC_HANDLE get() const noexcept { return service_.get(); }

  ServiceStatus QueryStatus() const;
  ServiceConfig QueryConfig() const;

  // These are ChangeServiceConfig2's; a system that lacks one throws a Win32Error (Wine: ERROR_INVALID_LEVEL for all
  // but the description).
  std::string QueryDescription() const;
  ServiceFailureActions QueryFailureActions() const;
  bool QueryFailureActionsOnNonCrash() const;  // sc.exe failureflag
  bool QueryDelayedAutoStart() const;
  DWORD QuerySidType() const;  // SERVICE_SID_TYPE_UNRESTRICTED, ...
  std::vector<std::string> QueryRequiredPrivileges() const;

  // The names of the pipes (without \\.\pipe\) for whose opening Windows starts the service (sc.exe qtriggerinfo: NAMED PIPE).
  std::vector<std::string> QueryStartPipes() const;

  // Who may control the service (sc.exe sdshow). Needs READ_CONTROL.
  SecurityDescriptor QuerySecurity(SECURITY_INFORMATION parts) const;

  // Returns when the service's process has started, not when it is running: see WaitForState.
  void Start(std::span<const std::string> arguments = {}) const;
  // Sends SERVICE_CONTROL_STOP. Returns when the service has accepted it, not when it has stopped. Throws
  // Win32Error(ERROR_SERVICE_NOT_ACTIVE) if it is already stopped.
  void Stop() const;

  // The account from the next start on, as in ServiceConfig. `password`: nullptr for a managed or virtual account, empty for
  // LocalService and NetworkService. Needs SERVICE_CHANGE_CONFIG.
  void SetAccount(std::string_view account, const wchar_t* password) const;

  // Waits until the service is in `state` and returns that status. Waiting for SERVICE_RUNNING also ends when the
  // service stops instead: check the state and the exit codes. Throws Win32Error(WAIT_TIMEOUT) at the deadline. Polls
  // every tenth of the service's wait hint, between 20 and 250 ms: the manager's notifications
  // (NotifyServiceStatusChange) arrive as APCs, which this function should not run on its caller's thread.
  ServiceStatus WaitForState(DWORD state, Clock::time_point deadline) const;

 private:
  InstalledService(UniqueServiceHandle service, std::string name);

  UniqueServiceHandle service_;
  std::string name_;
};

}  // namespace onbehalf::win32
