#pragma once

#include <functional>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::service {

// The service that a host starts and stops. Both functions are called by one thread.
class HostedService {
 public:
  virtual ~HostedService() = default;
  // Before Start: `stop` makes the host call Stop, as if an administrator had asked for it. Any thread may call `stop`, from Start on
  // and until Stop has returned.
  virtual void SetStop(std::function<void()> stop) = 0;
  // Returns when the service works; throws if it cannot. Must call `still_starting` at least every five seconds until then, and
  // give up if that returns false: the service is being stopped.
  virtual void Start(const std::function<bool()>& still_starting) = 0;
  // Returns true when everything has ended, and false if threads that do not end were abandoned: the process then ends at once.
  // Must call `still_stopping` at least every five seconds until then.
  virtual bool Stop(const std::function<void()>& still_stopping) = 0;
  // The same for a Start that has thrown.
  virtual bool FailedStartHasEnded() const = 0;
  // This service's own number for the last failure of Start: dwServiceSpecificExitCode.
  virtual DWORD FailureCode() const = 0;
};

// Runs `service` as the service `name` under the service control manager, which must have started this process. Reports RUNNING
// when Start has returned, STOPPED when Stop has. Returns the process's exit code. If this process was not started by the
// service control manager (ERROR_FAILED_SERVICE_CONTROLLER_CONNECT, 1063), says so on standard error and returns 2.
int RunUnderServiceControl(const wchar_t* name, HostedService& service);

// Runs `service` until Ctrl+C, Ctrl+Break or the closing of the console, or, with `until_input_ends`, also until standard input
// ends. Returns the process's exit code.
int RunInConsole(HostedService& service, bool until_input_ends);

}  // namespace onbehalf::service
