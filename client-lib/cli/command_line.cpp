#include "command_line.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "access/access_options.h"
#include "audit/audit_options.h"
#include "new_module/new_module_files.h"
#include "words.h"

namespace onbehalf::cli {
namespace {

// A day: longer than any service would work on a request.
constexpr std::int64_t kMaxMilliseconds = 24LL * 60 * 60 * 1000;

// Each result is a line and each time is kept for the summary.
constexpr std::int64_t kMostRepeats = 1'000'000;

// More than the service takes of one account (limits.connections_per_account, 64 by default).
constexpr std::int64_t kMostConnections = 1'000;

std::chrono::milliseconds ParseMilliseconds(const std::string& option, const std::string& text) {
  return std::chrono::milliseconds(ParseNumber(option, " of milliseconds", text, 1, kMaxMilliseconds));
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
    const std::chrono::milliseconds timeout = ParseMilliseconds(option, words.TakeValueOf(option, "5000"));
    line.has_timeout = true;
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

void TakeCall(const Given& given, CommandLine& line) {
  line.method = given.words[0];
  if (line.method.starts_with("-")) RefuseExtra("call", line.method);
  if (given.words.size() == 2) line.params = given.words[1];
  CallPlan& plan = line.plan;
  plan.notify = given.Has("--notify");
  plan.progress = given.Has("--progress");
  if (given.Has("--cancel-after")) {
    plan.cancel_after = ParseMilliseconds("--cancel-after", given.ValueOf("--cancel-after"));
  }
  if (given.Has("--repeat")) {
    plan.repeat = ParseNumber("--repeat", " of calls", given.ValueOf("--repeat"), 1, kMostRepeats);
  }
  if (plan.notify && given.options.size() > 1) {
    Refuse("a notification has no answer: --notify takes neither --progress, --cancel-after nor --repeat");
  }
  if (plan.repeat && given.options.size() > 1) {
    Refuse("--repeat measures whole calls: it takes neither --progress nor --cancel-after");
  }
}

// "grant" of "access grant".
std::string_view VerbOf(const CommandInfo& command) {
  return command.name.substr(command.name.find(' ') + 1);
}

// The entry of the command that `words` begin with, which are taken. Throws UsageError.
const CommandInfo* TakeCommand(Words& words, CommandLine& line) {
  const std::string name = words.Take();
  const std::vector<std::string_view> verbs = VerbsOf(name);
  const CommandInfo* command = FindCommand(name);
  if (command == nullptr && verbs.empty()) {
    Refuse("there is no command '" + name + "': " + Enumerated(CommandNames()));
  }
  if (!words.AtEnd() && words.Peek() == "--help") {
    line.help_of = name;
    return nullptr;
  }
  if (!words.AtEnd() && std::find(verbs.begin(), verbs.end(), words.Peek()) != verbs.end()) {
    command = FindCommand(name + " " + words.Take());
  }
  if (command == nullptr) {
    if (words.AtEnd()) Refuse("'" + name + "' needs one of " + Enumerated(verbs));
    if (words.AtOption()) RefuseExtra(name, words.Peek());
    Refuse("there is no '" + name + " " + words.Peek() + "': " + Enumerated(verbs));
  }
  if (!words.AtEnd() && words.Peek() == "--help") {
    line.help_of = command->name;
    return nullptr;
  }
  return command;
}

}  // namespace

CommandLine ParseCommandLine(std::span<const std::string> arguments) {
  CommandLine line;
  Words words(arguments);
  while (!words.AtEnd() && words.Peek().starts_with("-")) {
    if (words.Peek() == "--help" || words.Peek() == "-h" || words.Peek() == "-?") return line;
    if (words.Peek() == "--version") {
      line.command = Command::kVersion;
      return line;
    }
    TakeGlobalOption(words, line);
  }
  if (words.AtEnd()) Refuse("a command is missing: " + Enumerated(CommandNames()));
  const CommandInfo* command = TakeCommand(words, line);
  if (command == nullptr) return line;
  line.command = command->command;
  if (line.command == Command::kComplete) {
    // Somebody's unfinished command: nothing in it is for this one.
    while (!words.AtEnd()) line.words.push_back(words.Take());
    return line;
  }
  if (line.command == Command::kCall && words.AtEnd()) {
    Refuse("'call' needs a method: onbehalf call " + std::string(command->takes));
  }
  const Given given = TakeAll(words, *command);
  switch (line.command) {
    case Command::kPing:
      if (given.Has("--connections")) {
        line.connections = ParseNumber("--connections", " of connections", given.ValueOf("--connections"), 1,
                                       kMostConnections);
      }
      break;
    case Command::kMethods:
      if (!given.words.empty()) line.method = given.words[0];
      break;
    case Command::kCall:
      TakeCall(given, line);
      break;
    case Command::kAccess:
      TakeAccess(VerbOf(*command), given, line);
      break;
    case Command::kAudit:
      if (command->name == "audit") {
        TakeAudit(given, line);
      } else {
        line.method = "audit.verify";
      }
      break;
    case Command::kDoctor:
      if (given.Has("--bundle")) line.bundle = given.ValueOf("--bundle");
      break;
    case Command::kCompletions:
      line.shell = given.words[0];
      if (line.shell != "powershell" && line.shell != "bash") {
        Refuse("completions are for powershell or bash, not '" + line.shell + "'");
      }
      break;
    case Command::kGenerate:
      line.generate = TakeGenerate(given);
      break;
    case Command::kNewModule:
      line.module = given.words[0];
      if (const std::string why_not = new_module::WhyNoName(line.module); !why_not.empty()) {
        Refuse("'" + line.module + "': " + why_not);
      }
      if (given.Has("--folder")) line.folder = given.ValueOf("--folder");
      break;
    case Command::kFile:
      line.file = TakeFile(VerbOf(*command), given);
      break;
    default:
      break;
  }
  return line;
}

std::size_t TakeConnectionOptions(std::span<const std::string> arguments, CommandLine& line) {
  Words words(arguments);
  std::size_t taken = 0;
  try {
    while (!words.AtEnd() && words.Peek().starts_with("-")) {
      TakeGlobalOption(words, line);
      taken = words.taken();
    }
  } catch (const UsageError&) {
    // The word that is being typed.
  }
  return taken;
}

}  // namespace onbehalf::cli
