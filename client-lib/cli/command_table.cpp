#include "command_table.h"

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

}  // namespace onbehalf::cli
