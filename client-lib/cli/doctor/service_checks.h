#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "answer.h"
#include "finding.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/service_control.h"

namespace onbehalf::cli::doctor {

// Splits a service's command line (binPath) as Windows does for a quoted path. An unquoted path ends at the
// first blank, which is what makes it dangerous.
struct ServiceCommand {
  std::string executable;
  bool is_quoted = false;
  std::vector<std::string> arguments;
};
ServiceCommand ParseServiceCommand(std::string_view command_line);

// The service control manager's data about the service.
struct ServiceFacts {
  std::string name;
  std::string pipe;  // the name of the pipe that clients open
  Answer<win32::ServiceStatus> status;
  Answer<win32::ServiceConfig> config;
  Answer<bool> delayed_start;
  Answer<win32::ServiceFailureActions> failure_actions;
  Answer<bool> acts_on_failure_exit;  // sc.exe failureflag
  Answer<DWORD> sid_type;
  Answer<std::vector<std::string>> privileges;
  Answer<win32::SecurityDescriptor> security;
  Answer<bool> executable_exists;
  Answer<std::vector<std::string>> start_pipes;  // Windows starts it when a client opens one of these

  bool IsMissing() const { return !status && status.code == ERROR_SERVICE_DOES_NOT_EXIST; }
};
// Whether Windows starts it for a client of its pipe.
bool StartsByPipe(const ServiceFacts& facts);
// The value of an option of the service's command line; nullopt if it is not there.
std::optional<std::string> OptionOf(const ServiceCommand& command, std::string_view option);

ServiceFacts CollectServiceFacts(const std::string& name, const std::string& pipe);

// Compares `facts` with what the installer sets.
Findings JudgeService(const ServiceFacts& facts);

}  // namespace onbehalf::cli::doctor
