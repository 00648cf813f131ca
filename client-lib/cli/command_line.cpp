#include "command_line.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "access/access_options.h"
#include "audit/audit_options.h"
#include "words.h"

namespace onbehalf::cli {
namespace {

// A day: longer than any service would work on a request.
constexpr std::int64_t kMaxTimeoutMilliseconds = 24LL * 60 * 60 * 1000;

struct CommandName {
  std::string_view name;
  Command command;
};
constexpr std::array kCommands = {
    CommandName{"ping", Command::kPing},       CommandName{"whoami", Command::kWhoami},
    CommandName{"methods", Command::kMethods}, CommandName{"call", Command::kCall},
    CommandName{"access", Command::kAccess},   CommandName{"audit", Command::kAudit},
    CommandName{"doctor", Command::kDoctor},
};
constexpr char kCommandNames[] = "ping, whoami, methods, call, access, audit or doctor";

std::chrono::milliseconds ParseTimeout(const std::string& text) {
  return std::chrono::milliseconds(
      ParseNumber("--timeout", " of milliseconds", text, 1, kMaxTimeoutMilliseconds));
}

client::Level ParseLevel(const std::string& text) {
  if (text == "identify") return client::Level::kIdentify;
  if (text == "impersonate") return client::Level::kImpersonate;
  Refuse("--level is identify or impersonate, not '" + text + "'");
}

client::Trust ParseTrust(const std::string& text) {
  if (text == "service") return client::Trust::kService;
  if (text == "same-user") return client::Trust::kSameUser;
  if (text == "any") return client::Trust::kAny;
  Refuse("--trust is service, same-user or any, not '" + text + "'");
}

// A name that goes between the fixed parts of \\HOST\pipe\NAME.
std::string CheckedName(const std::string& option, const std::string& text) {
  if (text.empty() || text.find_first_of("\\/") != std::string::npos) {
    Refuse(option + " is a name alone, without slashes, not '" + text + "'");
  }
  return text;
}

void TakeGlobalOption(Words& words, CommandLine& line) {
  const std::string option = words.Take();
  if (option == "--json") {
    line.json = true;
  } else if (option == "--server") {
    line.options.server = CheckedName(option, words.TakeValueOf(option, "HOST"));
  } else if (option == "--pipe") {
    line.options.pipe = CheckedName(option, words.TakeValueOf(option, "NAME"));
  } else if (option == "--timeout") {
    const std::chrono::milliseconds timeout = ParseTimeout(words.TakeValueOf(option, "5000"));
    line.options.connect_timeout = timeout;
    line.options.call_timeout = timeout;
  } else if (option == "--level") {
    line.options.level = ParseLevel(words.TakeValueOf(option, "identify"));
  } else if (option == "--trust") {
    line.options.trust = ParseTrust(words.TakeValueOf(option, "service"));
  } else if (IsGlobalOption(option)) {
    const std::size_t equals = option.find('=');
    Refuse("write " + option.substr(0, equals) + " " + option.substr(equals + 1) + ", with a space");
  } else {
    Refuse("there is no option " + option);
  }
}

}  // namespace

CommandLine ParseCommandLine(std::span<const std::string> arguments) {
  CommandLine line;
  Words words(arguments);
  while (!words.AtEnd() && words.Peek().starts_with("-")) {
    if (words.Peek() == "--help" || words.Peek() == "-h" || words.Peek() == "-?") {
      line.command = Command::kHelp;
      return line;
    }
    if (words.Peek() == "--version") {
      line.command = Command::kVersion;
      return line;
    }
    TakeGlobalOption(words, line);
  }
  if (words.AtEnd()) Refuse("a command is missing: " + std::string(kCommandNames));

  const std::string name = words.Take();
  const auto command = std::find_if(kCommands.begin(), kCommands.end(),
                                    [&](const CommandName& entry) { return entry.name == name; });
  if (command == kCommands.end()) {
    Refuse("there is no command '" + name + "': " + kCommandNames);
  }
  line.command = command->command;
  if (!words.AtEnd() && words.Peek() == "--help") {
    line.command = Command::kHelp;
    return line;
  }
  switch (line.command) {
    case Command::kMethods:
      if (!words.AtEnd() && !words.Peek().starts_with("-")) line.method = words.Take();
      break;
    case Command::kCall:
      if (words.AtEnd() || words.Peek().starts_with("-")) {
        if (!words.AtEnd()) RefuseExtra(name, words.Peek());
        Refuse("'call' needs a method: onbehalf call METHOD [PARAMS | @FILE | -]");
      }
      line.method = words.Take();
      if (!words.AtEnd() && !words.Peek().starts_with("--")) line.params = words.Take();
      break;
    case Command::kAccess:
      ParseAccess(words, line);
      break;
    case Command::kAudit:
      ParseAudit(words, line);
      break;
    case Command::kDoctor:
      if (!words.AtEnd() && words.Peek() == "--bundle") {
        const std::string option = words.Take();
        line.bundle = words.TakeValueOf(option, "support.tar");
      }
      break;
    default:
      break;
  }
  if (!words.AtEnd()) RefuseExtra(name, words.Peek());
  return line;
}

std::string_view HelpText() {
  return R"(onbehalf: calls the OnBehalf service, which does each request as the account that asked for it.

  onbehalf [OPTIONS] COMMAND

Commands
  ping                              whether the service answers, and how fast
  whoami                            who you are to the service, as it sees your token
  methods [NAME]                    the methods you may call; of one its parameters, result and errors
  call METHOD [PARAMS | @FILE | -]  calls a method; PARAMS is a JSON object or array, @FILE a file with it,
                                    - standard input
  access …, audit …                 see below
  doctor [--bundle FILE]            checks the installation, says what to do; FILE: a support archive (tar)

Who may call what
  access list [NODE]                              the nodes that you may see, with their own entries
  access show NODE                                a node's entries, inherited ones too, in the order that counts
  access grant  ACCOUNT NODE RIGHT[,RIGHT…]       lets an account (or all of a group) call, see or manage
  access deny   ACCOUNT NODE RIGHT[,RIGHT…]       refuses it, whatever else lets it
  access revoke ACCOUNT NODE [RIGHT[,RIGHT…]] [--allow|--deny]
                                                  takes entries of the account away, all or of these rights
  access set NODE SDDL | access set NODE --default
                                                  replaces the node's entries, or gives it back its default
  access check NODE [--right RIGHT] [--account ACCOUNT]
                                                  may you (or the account): exit code 0 if so, 5 if not
  access explain NODE [--right RIGHT]             which entry decides, and what to type to change it
  access history                                  the policy's versions, newest first
  access diff FROM [TO]                           what two versions differ in (TO: the current one)
  access rollback VERSION                         puts an earlier version in force again
                                    NODE is / (all), pipe: (who may connect), file (a namespace) or file.write (a
                                    method). RIGHT is call (at pipe: connect), see or manage. ACCOUNT is
                                    DOMAIN\NAME, NAME@DOMAIN, NT SERVICE\NAME, a SID or an alias of SDDL (BU).
                                    Every change takes --dry-run (shows it, changes nothing) and --if-version N
                                    (changes only the policy of version N).

Who did what
  audit [--follow] [--account ACCOUNT] [--method METHOD] [--denied] [--last N]
                                    the last N records (50, at most 1000); --follow: and those to come, until
                                    Ctrl+C; --denied: only what was not allowed
  audit verify                      whether the audit is whole; exit code 1 if not, with the first broken line

Options, before the command
  --server HOST                     another computer's service (it must allow remote callers)
  --pipe NAME                       the pipe's name (onbehalf)
  --timeout MS                      longest wait for the connection and for an answer (5000, 30000)
  --level identify|impersonate      what the service may do with your identity (impersonate; for a remote
                                    service identify)
  --trust service|same-user|any     who must have made the pipe (service: the installed service)
  --json                            results as JSON
  --help, --version

Results go to standard output, everything else to standard error.
Exit codes: 0 done, 1 the service answered with an error (doctor: a check failed; audit verify: the audit is
broken), 2 usage, 3 no connection, 4 server not trusted, 5 access denied (access check: not allowed).
)";
}

}  // namespace onbehalf::cli
