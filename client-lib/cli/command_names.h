#pragma once

#include <string_view>
#include <vector>

#include "command.h"

namespace onbehalf::cli {

// Commands of CommandTable() by their names.

// nullptr if there is no command of this name.
const Command* FindCommand(std::string_view name);
// Whether `command` is the command `name` or one of its verbs.
bool IsOf(const Command& command, std::string_view name);
// The first words of the commands for people, without duplicates; or, for a first word ("access"), its verbs.
std::vector<std::string_view> CommandNames();
std::vector<std::string_view> VerbsOf(std::string_view first_word);

}  // namespace onbehalf::cli
