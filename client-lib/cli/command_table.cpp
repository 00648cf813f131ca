#include "command_table.h"

#include <algorithm>

// The Command object of each command's file, in the order of help and completion.
#define ONBEHALF_COMMANDS(ROW) \
  ROW(kPingCommand)            \
  ROW(kWhoamiCommand)          \
  ROW(kMethodsCommand)         \
  ROW(kCallCommand)            \
  ROW(kShellCommand)           \
  ROW(kDoctorCommand)          \
  ROW(kGenerateCommand)        \
  ROW(kNewModuleCommand)       \
  ROW(kCompletionsCommand)     \
  ROW(kFileGetCommand)         \
  ROW(kFilePutCommand)         \
  ROW(kFileLsCommand)          \
  ROW(kFileStatCommand)        \
  ROW(kFileCatCommand)         \
  ROW(kFileWatchCommand)       \
  ROW(kAccessListCommand)      \
  ROW(kAccessShowCommand)      \
  ROW(kAccessGrantCommand)     \
  ROW(kAccessDenyCommand)      \
  ROW(kAccessRevokeCommand)    \
  ROW(kAccessSetCommand)       \
  ROW(kAccessCheckCommand)     \
  ROW(kAccessExplainCommand)   \
  ROW(kAccessHistoryCommand)   \
  ROW(kAccessDiffCommand)      \
  ROW(kAccessRollbackCommand)  \
  ROW(kAuditCommand)           \
  ROW(kAuditVerifyCommand)     \
  ROW(kCompleteCommand)

namespace onbehalf::cli {

#define ONBEHALF_DECLARE(command) extern const Command command;
ONBEHALF_COMMANDS(ONBEHALF_DECLARE)
#undef ONBEHALF_DECLARE

namespace {

#define ONBEHALF_ADDRESS(command) &(command),
constexpr const Command* kCommands[] = {ONBEHALF_COMMANDS(ONBEHALF_ADDRESS)};
#undef ONBEHALF_ADDRESS

}  // namespace

std::span<const Command* const> CommandTable() { return kCommands; }

const Command* FindCommand(std::string_view name) {
  const auto found = std::find_if(std::begin(kCommands), std::end(kCommands),
                                  [&](const Command* command) { return command->name == name; });
  return found == std::end(kCommands) ? nullptr : *found;
}

bool IsOf(const Command& command, std::string_view name) {
  return command.name == name ||
         (command.name.starts_with(name) && command.name.substr(name.size()).starts_with(" "));
}

std::vector<std::string_view> CommandNames() {
  std::vector<std::string_view> names;
  for (const Command* command : kCommands) {
    const std::string_view first_word = command->name.substr(0, command->name.find(' '));
    if (command->summary.empty() || (!names.empty() && names.back() == first_word)) continue;
    names.push_back(first_word);
  }
  return names;
}

std::vector<std::string_view> VerbsOf(std::string_view first_word) {
  std::vector<std::string_view> verbs;
  for (const Command* command : kCommands) {
    if (command->name != first_word && IsOf(*command, first_word)) {
      verbs.push_back(command->name.substr(first_word.size() + 1));
    }
  }
  return verbs;
}

}  // namespace onbehalf::cli
