#include "command_line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <system_error>

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
    CommandName{"doctor", Command::kDoctor},
};
constexpr std::array<std::string_view, 6> kGlobalOptions = {"--server", "--pipe",  "--timeout",
                                                            "--level",  "--trust", "--json"};

bool IsGlobalOption(std::string_view word) {
  return std::find(kGlobalOptions.begin(), kGlobalOptions.end(), word.substr(0, word.find('='))) !=
         kGlobalOptions.end();
}

[[noreturn]] void Refuse(const std::string& what) { throw UsageError(what); }

// The words of the command line, one after the other.
class Words {
 public:
  explicit Words(std::span<const std::string> words) : words_(words) {}
  bool AtEnd() const { return next_ == words_.size(); }
  const std::string& Peek() const { return words_[next_]; }
  const std::string& Take() { return words_[next_++]; }
  // The word after `option`.
  const std::string& TakeValueOf(const std::string& option, std::string_view example) {
    if (AtEnd() || (Peek().starts_with("--"))) {
      Refuse(option + " needs a value: " + option + " " + std::string(example));
    }
    return Take();
  }

 private:
  std::span<const std::string> words_;
  std::size_t next_ = 0;
};

std::chrono::milliseconds ParseTimeout(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1 ||
      value > kMaxTimeoutMilliseconds) {
    Refuse("--timeout is a number of milliseconds from 1 to " + std::to_string(kMaxTimeoutMilliseconds) +
           ", not '" + text + "'");
  }
  return std::chrono::milliseconds(value);
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

// A word after the command that the command does not take.
[[noreturn]] void RefuseExtra(const std::string& command, const std::string& word) {
  if (IsGlobalOption(word)) {
    Refuse(word + " stands before the command: onbehalf " + word + " … " + command);
  }
  Refuse("'" + command + "' does not take '" + word + "'");
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
  if (words.AtEnd()) Refuse("a command is missing: ping, whoami, methods, call or doctor");

  const std::string name = words.Take();
  const auto* command = std::find_if(kCommands.begin(), kCommands.end(),
                                     [&](const CommandName& entry) { return entry.name == name; });
  if (command == kCommands.end()) {
    Refuse("there is no command '" + name + "': ping, whoami, methods, call or doctor");
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
  doctor [--bundle FILE]            checks the installation, says what to do; FILE: a support archive (tar)

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
Exit codes: 0 done, 1 the service answered with an error (doctor: a check failed), 2 usage, 3 no connection,
4 server not trusted, 5 access denied.
)";
}

}  // namespace onbehalf::cli
