#pragma once

#include <optional>
#include <string>

#include "onbehalf/service/settings.h"

namespace onbehalf::service {

enum class Mode { kService, kConsole, kCheckConfig, kResetAccess, kHelp, kVersion };

// What onbehalf-service.exe was asked to do.
struct CommandLine {
  Mode mode = Mode::kService;
  DataFolders folders;              // --data; the known folder ProgramData, \OnBehalf, without it
  bool own_folder = false;          // --data was given
  std::optional<std::string> pipe;  // --pipe: overrides the settings' pipe.name
  bool until_input_ends = false;    // --until-input-ends
};

struct CommandLineResult {
  CommandLine command_line;
  std::string fault;  // empty, or what is wrong
};

// `argv` as wmain gets it, with the program's name first. Throws Win32Error when ProgramData cannot be found.
CommandLineResult ParseCommandLine(int argc, const wchar_t* const* argv);

extern const char* const kCommandLineHelp;

}  // namespace onbehalf::service
