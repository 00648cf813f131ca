#pragma once

#include <optional>
#include <string>

#include "onbehalf/protocol/service_name.h"
#include "onbehalf/service/settings.h"

namespace onbehalf::service {

enum class Mode { kService, kConsole, kCheckConfig, kResetAccess, kSetAccount, kHelp, kVersion };

// The parsed command line of onbehalf-service.exe.
struct CommandLine {
  Mode mode = Mode::kService;
  protocol::ServiceName name;       // --name
  DataFolders folders;              // --data; default: \NAME in the known folder ProgramData
  bool own_folder = false;          // --data was given
  std::string account;              // --set-account
  std::optional<std::string> pipe;  // --pipe: overrides the settings' pipe.name
  bool until_input_ends = false;    // --until-input-ends
};

struct CommandLineResult {
  CommandLine command_line;
  std::string fault;  // what is wrong; empty if nothing
};

// `argv` as passed to wmain, starting with the program's name. Throws Win32Error if ProgramData cannot be found.
CommandLineResult ParseCommandLine(int argc, const wchar_t* const* argv);

extern const char* const kCommandLineHelp;

}  // namespace onbehalf::service
