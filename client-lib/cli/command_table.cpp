#include "command_table.h"

#include <algorithm>
#include <array>
#include <limits>

#include "text_columns.h"

namespace onbehalf::cli {
namespace {

constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();

constexpr std::array kGlobalOptions = {
    OptionInfo{"--server", "HOST", "HOST", "another computer's service (it must allow remote callers)"},
    OptionInfo{"--pipe", "NAME", "NAME", "the pipe's name (onbehalf)"},
    OptionInfo{"--timeout", "MS", "5000", "longest wait for the connection and for an answer (5000, 30000)"},
    OptionInfo{"--level", "identify|impersonate", "identify",
               "what the service may do with your identity (impersonate; for a remote service identify)"},
    OptionInfo{"--trust", "service|same-user|any", "service",
               "who must have made the pipe (service: the installed service)"},
    OptionInfo{"--json", "", "", "results as JSON"},
    OptionInfo{"--help", "", "", "this text; behind a command, that command's"},
    OptionInfo{"--version", "", "", "the version of this program"},
};

constexpr std::array kChangeOptions = {
    OptionInfo{"--dry-run", "", "", "shows the change and changes nothing"},
    OptionInfo{"--if-version", "N", "7", "changes only the policy of version N"},
};

constexpr std::array kCallOptions = {
    OptionInfo{
        "--progress", "", "",
        "asks for the call's progress, and shows it on standard error: as a bar on a terminal, else in "
        "lines; the pieces of a stream go to standard output. Only --timeout limits such a call"},
    OptionInfo{"--cancel-after", "MS", "2000",
               "cancels the call if it has no answer by then, as Ctrl+C does at once"},
    OptionInfo{
        "--repeat", "N", "100",
        "calls N times, one after another, on one connection: a result a line, and their times on standard "
        "error"},
    OptionInfo{"--notify", "", "",
               "sends it as a notification: the service never answers, not even with an error"},
};
constexpr std::array kRevokeOptions = {
    OptionInfo{"--allow", "", "", "only entries that allow"},
    OptionInfo{"--deny", "", "", "only entries that deny"},
};
constexpr std::array kSetOptions = {
    OptionInfo{"--default", "", "", "gives the node back its default"},
};
constexpr OptionInfo kRightOption{"--right", "RIGHT", "see",
                                  "the right in question (call; at pipe: connect)"};
constexpr std::array kCheckOptions = {
    kRightOption,
    OptionInfo{"--account", "ACCOUNT", "CONTOSO\\alice", "another account than your own"},
};
constexpr std::array kExplainOptions = {kRightOption};
constexpr std::array kAuditOptions = {
    OptionInfo{"--follow", "", "", "also those to come, until Ctrl+C"},
    OptionInfo{"--account", "ACCOUNT", "CONTOSO\\alice", "only of this account"},
    OptionInfo{"--method", "METHOD", "file.write", "only of this method"},
    OptionInfo{"--denied", "", "", "only what was not allowed"},
    OptionInfo{"--last", "N", "100", "the last N records (50, at most 1000)"},
};
constexpr std::array kPingOptions = {
    OptionInfo{"--connections", "N", "2", "opens N connections, all at once, and calls over each"},
};
constexpr std::array kDoctorOptions = {
    OptionInfo{"--bundle", "FILE", "support.tar", "writes a support archive (tar)"},
};
constexpr std::array kGenerateOptions = {
    OptionInfo{"--language", "cpp|typescript|csharp", "cpp", "of the client", true},
    OptionInfo{"--output", "FILE", "service.h", "the file to write; otherwise standard output"},
    OptionInfo{"--name", "NAMESPACE", "company::service", "the namespace of what is written (cpp, csharp)"},
    OptionInfo{"--from", "FILE", "discover.json",
               "what 'call rpc.discover' has printed; otherwise the service is asked"},
};
constexpr OptionInfo kResumeOption{"--resume", "", "", "goes on with the part that an earlier copy has left"};
constexpr std::array kGetOptions = {
    kResumeOption,
    OptionInfo{"--force", "", "", "replaces LOCAL; without --resume also begins a part anew"},
};
constexpr std::array kPutOptions = {
    kResumeOption,
    OptionInfo{"--force", "", "", "replaces REMOTE; without --resume also begins a part anew"},
};
constexpr std::array kListOptions = {
    OptionInfo{"--glob", "PATTERN", "*.txt", "only names like this one, with * and ?"},
    OptionInfo{"--all", "", "", "hidden ones too"},
};
constexpr std::array kWatchOptions = {
    OptionInfo{"--recursive", "", "", "in the folders below it too"},
};

constexpr std::array kNewModuleOptions = {
    OptionInfo{"--folder", "DIR", "C:\\greeting",
               "the folder to write it into; otherwise one of its name here"},
};

using Operand = std::string_view;
constexpr std::array kMethodsOrNamespace = {Operand("METHODS")};
constexpr std::array kMethodAndParams = {Operand("METHOD"), Operand("PARAMS")};
constexpr std::array kNode = {Operand("NODE")};
constexpr std::array kAccountNodeAndRights = {Operand("ACCOUNT"), Operand("NODE"), Operand("RIGHT")};
constexpr std::array kNodeAndSddl = {Operand("NODE"), Operand("SDDL")};
constexpr std::array kVersions = {Operand("VERSION")};
constexpr std::array kShells = {Operand("powershell|bash")};
constexpr std::array kNames = {Operand("NAME")};
constexpr std::array kRemoteAndFile = {Operand("REMOTE"), Operand("FILE")};
constexpr std::array kFileAndRemote = {Operand("FILE"), Operand("REMOTE")};
constexpr std::array kPath = {Operand("PATH")};
constexpr std::array kWords = {Operand("INDEX"), Operand("WORD")};

constexpr char kRightsTakes[] = "ACCOUNT NODE RIGHT[,RIGHT…]";

constexpr std::array kCommands = {
    CommandInfo{Command::kPing,
                "ping",
                "",
                {},
                0,
                0,
                kPingOptions,
                false,
                "whether the service answers, and how fast"},
    CommandInfo{Command::kWhoami,
                "whoami",
                "",
                {},
                0,
                0,
                {},
                false,
                "who you are to the service, as it sees your token"},
    CommandInfo{Command::kMethods,
                "methods",
                "[NAME]",
                kMethodsOrNamespace,
                0,
                1,
                {},
                false,
                "the methods you may call; of one its parameters, result and errors"},
    CommandInfo{Command::kCall, "call", "METHOD [PARAMS | @FILE | -]", kMethodAndParams, 1, 2, kCallOptions,
                false,
                "calls a method; PARAMS is a JSON object or array, @FILE a file with it, - standard input"},
    CommandInfo{Command::kShell,
                "shell",
                "",
                {},
                0,
                0,
                {},
                false,
                "calls by hand, one a line, with history and completion; from a pipe, one after another"},
    CommandInfo{Command::kDoctor,
                "doctor",
                "",
                {},
                0,
                0,
                kDoctorOptions,
                false,
                "checks the installation and says what to do"},
    CommandInfo{Command::kGenerate,
                "generate",
                "",
                {},
                0,
                0,
                kGenerateOptions,
                false,
                "writes a typed client of the methods that you may see"},
    CommandInfo{Command::kNewModule, "new-module", "NAME", kNames, 1, 1, kNewModuleOptions, false,
                "writes a CMake project with a module of that name, for methods of your own"},
    CommandInfo{Command::kCompletions,
                "completions",
                "powershell|bash",
                kShells,
                1,
                1,
                {},
                false,
                "prints the script with which that shell completes this program's words"},

    CommandInfo{Command::kFile, "file get", "REMOTE [LOCAL]", kRemoteAndFile, 1, 2, kGetOptions, false,
                "copies a file from the service's computer, into the current folder without LOCAL"},
    CommandInfo{Command::kFile, "file put", "LOCAL REMOTE", kFileAndRemote, 2, 2, kPutOptions, false,
                "copies a file to the service's computer"},
    CommandInfo{Command::kFile, "file ls", "PATH", kPath, 1, 1, kListOptions, false, "what is in a folder"},
    CommandInfo{
        Command::kFile, "file stat", "PATH", kPath, 1, 1, {}, false, "what the file system says of it"},
    CommandInfo{Command::kFile,
                "file cat",
                "PATH",
                kPath,
                1,
                1,
                {},
                false,
                "writes a file's bytes to standard output, as they are"},
    CommandInfo{Command::kFile, "file watch", "PATH", kPath, 1, 1, kWatchOptions, false,
                "what changes in a folder, until Ctrl+C"},

    CommandInfo{Command::kAccess,
                "access list",
                "[NODE]",
                kNode,
                0,
                1,
                {},
                false,
                "the nodes that you may see, with their own entries"},
    CommandInfo{Command::kAccess,
                "access show",
                "NODE",
                kNode,
                1,
                1,
                {},
                false,
                "a node's entries, inherited ones too, in the order that counts"},
    CommandInfo{Command::kAccess,
                "access grant",
                kRightsTakes,
                kAccountNodeAndRights,
                3,
                kAnyNumber,
                {},
                true,
                "lets an account (or all of a group) call, see or manage"},
    CommandInfo{Command::kAccess,
                "access deny",
                kRightsTakes,
                kAccountNodeAndRights,
                3,
                kAnyNumber,
                {},
                true,
                "refuses it, whatever else lets it"},
    CommandInfo{Command::kAccess, "access revoke", "ACCOUNT NODE [RIGHT[,RIGHT…]]", kAccountNodeAndRights, 2,
                kAnyNumber, kRevokeOptions, true,
                "takes entries of the account away, all or of these rights"},
    CommandInfo{Command::kAccess, "access set", "NODE [SDDL]", kNodeAndSddl, 1, 2, kSetOptions, true,
                "replaces the node's entries, or gives it back its default"},
    CommandInfo{Command::kAccess, "access check", "NODE", kNode, 1, 1, kCheckOptions, false,
                "may you (or the account): exit code 0 if so, 5 if not"},
    CommandInfo{Command::kAccess, "access explain", "NODE", kNode, 1, 1, kExplainOptions, false,
                "which entry decides, and what to type to change it"},
    CommandInfo{
        Command::kAccess, "access history", "", {}, 0, 0, {}, false, "the policy's versions, newest first"},
    CommandInfo{Command::kAccess,
                "access diff",
                "FROM [TO]",
                kVersions,
                1,
                2,
                {},
                false,
                "what two versions differ in (TO: the current one)"},
    CommandInfo{Command::kAccess,
                "access rollback",
                "VERSION",
                kVersions,
                1,
                1,
                {},
                true,
                "puts an earlier version in force again"},

    CommandInfo{Command::kAudit,
                "audit",
                "",
                {},
                0,
                0,
                kAuditOptions,
                false,
                "the last N records (50, at most 1000); --follow: and those to come, until Ctrl+C; --denied: "
                "only what was "
                "not allowed"},
    CommandInfo{Command::kAudit,
                "audit verify",
                "",
                {},
                0,
                0,
                {},
                false,
                "whether the audit is whole; exit code 1 if not, with the first broken line"},

    CommandInfo{Command::kComplete, "complete", "INDEX WORD…", kWords, 1, kAnyNumber, {}, false, ""},
};

constexpr char kAccessNote[] =
    "NODE is / (all), pipe: (who may connect), file (a namespace) or file.write (a method). RIGHT is call "
    "(at pipe: "
    "connect), see or manage. ACCOUNT is DOMAIN\\NAME, NAME@DOMAIN, NT SERVICE\\NAME, a SID or an alias of "
    "SDDL (BU). "
    "Every change takes --dry-run (shows it, changes nothing) and --if-version N (changes only the policy of "
    "version "
    "N).";

// Columns: where the summaries begin, and where lines end.
constexpr std::size_t kSummaryColumn = 36;
constexpr std::size_t kEndColumn = 112;

// `text` behind `line`, broken at spaces; each line that follows begins in `column`, as the first does.
std::string Wrapped(std::string line, std::string_view text, std::size_t column) {
  std::string lines;
  const auto begin_next = [&] {
    lines += line + "\n";
    line.clear();
  };
  if (!text.empty() && ColumnsOf(line) + 2 > column && !line.empty()) begin_next();
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (ColumnsOf(line) > column && ColumnsOf(line) + 1 + ColumnsOf(word) > kEndColumn) begin_next();
    if (ColumnsOf(line) < column) {
      line.append(column - ColumnsOf(line), ' ');
    } else {
      line += ' ';
    }
    line += word;
  }
  begin_next();
  return lines;
}

std::string WithValue(const OptionInfo& option) {
  std::string text(option.name);
  if (!option.value.empty()) text += " " + std::string(option.value);
  return text;
}

std::string Grammar(const CommandInfo& command) {
  std::string grammar(command.name);
  if (!command.takes.empty()) grammar += " " + std::string(command.takes);
  for (const OptionInfo& option : command.options) {
    grammar += option.is_required ? " " + WithValue(option) : " [" + WithValue(option) + "]";
  }
  return grammar;
}

std::string Entry(const CommandInfo& command) {
  const std::string grammar = Grammar(command);
  // A long grammar continues under its own first line.
  std::string head = Wrapped("", grammar, 2);
  head.pop_back();
  const std::size_t last_line = head.rfind('\n');
  if (last_line == std::string::npos) return Wrapped(head, command.summary, kSummaryColumn);
  return head + "\n" + Wrapped("", command.summary, kSummaryColumn);
}

std::string Entry(const OptionInfo& option) {
  return Wrapped("  " + WithValue(option), option.summary, kSummaryColumn);
}

bool IsOf(const CommandInfo& command, std::string_view name) {
  return command.name == name ||
         (command.name.starts_with(name) && command.name.substr(name.size()).starts_with(" "));
}

std::string EntriesOf(std::string_view name) {
  std::string text;
  for (const CommandInfo& command : kCommands) {
    if (IsOf(command, name)) text += Entry(command);
  }
  return text;
}

std::string HelpOf(std::string_view name) {
  std::string text;
  bool is_change = false;
  for (const CommandInfo& command : kCommands) {
    if (!IsOf(command, name)) continue;
    text += Entry(command);
    is_change = is_change || command.is_change;
    if (command.name != name) continue;
    for (const OptionInfo& option : command.options) text += Entry(option);
    if (!command.is_change) continue;
    for (const OptionInfo& option : kChangeOptions) text += Entry(option);
  }
  if (name.starts_with("access")) text += Wrapped("", kAccessNote, kSummaryColumn);
  return text + "'onbehalf --help' shows the other commands and the options before the command.\n";
}

}  // namespace

std::span<const CommandInfo> CommandTable() { return kCommands; }
std::span<const OptionInfo> GlobalOptions() { return kGlobalOptions; }
std::span<const OptionInfo> ChangeOptions() { return kChangeOptions; }

const CommandInfo* FindCommand(std::string_view name) {
  const auto found = std::find_if(kCommands.begin(), kCommands.end(),
                                  [&](const CommandInfo& command) { return command.name == name; });
  return found == kCommands.end() ? nullptr : &*found;
}

const OptionInfo* FindOption(const CommandInfo& command, std::string_view name) {
  const auto find_in = [&](std::span<const OptionInfo> options) -> const OptionInfo* {
    const auto found = std::find_if(options.begin(), options.end(),
                                    [&](const OptionInfo& option) { return option.name == name; });
    return found == options.end() ? nullptr : &*found;
  };
  const OptionInfo* option = find_in(command.options);
  return option == nullptr && command.is_change ? find_in(kChangeOptions) : option;
}

std::vector<std::string_view> CommandNames() {
  std::vector<std::string_view> names;
  for (const CommandInfo& command : kCommands) {
    const std::string_view first_word = command.name.substr(0, command.name.find(' '));
    if (command.summary.empty() || (!names.empty() && names.back() == first_word)) continue;
    names.push_back(first_word);
  }
  return names;
}

std::vector<std::string_view> VerbsOf(std::string_view first_word) {
  std::vector<std::string_view> verbs;
  for (const CommandInfo& command : kCommands) {
    if (command.name != first_word && IsOf(command, first_word)) {
      verbs.push_back(command.name.substr(first_word.size() + 1));
    }
  }
  return verbs;
}

std::string Enumerated(std::span<const std::string_view> names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += names[i];
  }
  return text;
}

std::string HelpText(std::string_view command) {
  if (!command.empty()) return HelpOf(command);
  std::string text =
      "onbehalf: calls the OnBehalf service, which does each request as the account that asked for it.\n\n"
      "  onbehalf [OPTIONS] COMMAND\n\nCommands ('onbehalf COMMAND --help' says more)\n";
  for (const CommandInfo& entry : kCommands) {
    const bool has_section = entry.command == Command::kFile || entry.command == Command::kAccess ||
                             entry.command == Command::kAudit;
    if (!has_section && !entry.summary.empty()) text += Entry(entry);
  }
  text += "\nFiles, as you: REMOTE and PATH are paths on the service's computer, with a drive (C:\\x)\n" +
          EntriesOf("file");
  text += "\nWho may call what\n" + EntriesOf("access") + Wrapped("", kAccessNote, kSummaryColumn);
  text += "\nWho did what\n" + EntriesOf("audit");
  text += "\nOptions, before the command\n";
  for (const OptionInfo& option : kGlobalOptions) text += Entry(option);
  return text +
         "\nResults go to standard output, everything else to standard error.\n"
         "Exit codes: 0 done, 1 the service answered with an error (doctor: a check failed; audit verify: "
         "the audit is\n"
         "broken; file: a local file cannot be used, or a copy is not whole; shell, from a pipe: a line "
         "failed), 2 usage,\n"
         "3 no connection, 4 server not trusted, 5 access denied (access check: not allowed).\n";
}

}  // namespace onbehalf::cli
