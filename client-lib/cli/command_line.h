#pragma once

#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// What the person at the prompt got wrong, with what would be right. Exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class Command { kHelp, kVersion, kPing, kWhoami, kMethods, kCall, kAccess, kAudit, kDoctor };

struct CommandLine {
  client::Options options;
  bool json = false;
  Command command = Command::kHelp;
  std::string method;                 // of methods (may be empty), call, access and audit ("access.show")
  std::optional<std::string> params;  // of call, as given: JSON, @FILE or -
  client::Json arguments;             // of access and audit: the method's parameters, by name
  bool follow = false;                // of audit
  std::optional<std::string> bundle;  // of doctor: the archive to write
};

// `arguments` are UTF-8, without the program's name. Throws UsageError.
CommandLine ParseCommandLine(std::span<const std::string> arguments);

// The text of --help.
std::string_view HelpText();

}  // namespace onbehalf::cli
