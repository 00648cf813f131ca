#pragma once

#include <functional>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {

// What a host starts and stops. Both are called by one thread.
class HostedService {
 public:
  virtual ~HostedService() = default;
  // Returns when the service does its work; throws when it cannot. `still_starting` is to be called at least every five seconds
  // until then, and says whether to go on: false when the service is to be stopped.
  virtual void Start(const std::function<bool()>& still_starting) = 0;
  // Returns true when all has ended, and false when threads were given up that do not: the process ends then at once.
  // `still_stopping` is to be called at least every five seconds until then.
  virtual bool Stop(const std::function<void()>& still_stopping) = 0;
  // The same of a Start that has thrown.
  virtual bool FailedStartHasEnded() const = 0;
  // A number of this service's own for the failure of Start that was thrown last: dwServiceSpecificExitCode.
  virtual DWORD FailureCode() const = 0;
};

// Runs `service` as the service `name` under the service control manager, which must have started this process.
// RUNNING is reported when Start has returned, STOPPED when Stop has. Returns the process's exit code. When this process
// was not started by the service control manager (ERROR_FAILED_SERVICE_CONTROLLER_CONNECT, 1063) says so on
// standard error and returns 2.
int RunUnderServiceControl(const wchar_t* name, HostedService& service);

// Runs `service` until Ctrl+C, Ctrl+Break or the closing of the console, or, with `until_input_ends`, until standard
// input ends. Returns the process's exit code.
int RunInConsole(HostedService& service, bool until_input_ends);

}  // namespace onbehalf::service
