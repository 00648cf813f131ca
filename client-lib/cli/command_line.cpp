#include "command_line.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "command_names.h"
#include "words.h"

namespace onbehalf::cli {
namespace {

// Consumes the command that `words` begin with. nullptr for --help, which it stores in `global`. Throws
// UsageError.
const Command* TakeCommand(Words& words, GlobalOptions& global) {
  if (words.AtEnd()) Refuse("a command is missing: expected " + Enumerated(CommandNames()));
  const std::string name = words.Take();
  const std::vector<std::string_view> verbs = VerbsOf(name);
  const Command* command = FindCommand(name);
  if (command == nullptr && verbs.empty()) {
    Refuse("unknown command '" + name + "': expected " + Enumerated(CommandNames()));
  }
  if (words.At("--help")) {
    global.help = name;
    return nullptr;
  }
  if (!words.AtEnd() && std::find(verbs.begin(), verbs.end(), words.Peek()) != verbs.end()) {
    command = FindCommand(name + " " + words.Take());
  }
  if (command == nullptr) {
    if (words.AtEnd()) Refuse("'" + name + "' needs one of " + Enumerated(verbs));
    if (words.AtOption()) RefuseExtra(name, words.Peek());
    Refuse("unknown command '" + name + " " + words.Peek() + "': expected " + Enumerated(verbs));
  }
  if (words.At("--help")) {
    global.help = command->name;
    return nullptr;
  }
  return command;
}

}  // namespace

Invocation ParseCommandLine(std::span<const std::string> arguments) {
  Invocation asked;
  Words words(arguments);
  while (!words.AtEnd() && words.Peek().starts_with("-")) {
    if (words.At("--help") || words.At("-h") || words.At("-?")) {
      asked.global.help.emplace();
      return asked;
    }
    if (words.At("--version")) {
      asked.global.version = true;
      return asked;
    }
    TakeGlobalOption(words, asked.global);
  }
  if (const Command* command = TakeCommand(words, asked.global)) {
    asked.options = command->handler.parse(TakeAll(words, *command));
    asked.command = command;
  }
  return asked;
}

}  // namespace onbehalf::cli
