#include "command_names.h"

#include <algorithm>

#include "command_table.h"

namespace onbehalf::cli {

const Command* FindCommand(std::string_view name) {
  const auto commands = CommandTable();
  const auto found = std::find_if(commands.begin(), commands.end(),
                                  [&](const Command* command) { return command->name == name; });
  return found == commands.end() ? nullptr : *found;
}

bool IsOf(const Command& command, std::string_view name) {
  return command.name == name ||
         (command.name.starts_with(name) && command.name.substr(name.size()).starts_with(" "));
}

std::vector<std::string_view> CommandNames() {
  std::vector<std::string_view> names;
  for (const Command* command : CommandTable()) {
    const std::string_view first_word = command->name.substr(0, command->name.find(' '));
    if (command->summary.empty() || (!names.empty() && names.back() == first_word)) continue;
    names.push_back(first_word);
  }
  return names;
}

std::vector<std::string_view> VerbsOf(std::string_view first_word) {
  std::vector<std::string_view> verbs;
  for (const Command* command : CommandTable()) {
    if (command->name != first_word && IsOf(*command, first_word)) {
      verbs.push_back(command->name.substr(first_word.size() + 1));
    }
  }
  return verbs;
}

}  // namespace onbehalf::cli
