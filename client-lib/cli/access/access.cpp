#include <functional>
#include <string>
#include <string_view>

#include "access/access_options.h"
#include "access/access_text.h"
#include "access/sddl_entries.h"
#include "command.h"
#include "completions/candidates.h"
#include "context.h"
#include "json_members.h"
#include "onbehalf/win32/account_names.h"
#include "output.h"

namespace onbehalf::cli {
namespace {

using client::Json;

constexpr char kNote[] =
    "NODE is / (all), pipe: (who may connect), file (a namespace) or file.write (a method). RIGHT is call "
    "(connect for pipe:), see or manage. ACCOUNT is DOMAIN\\NAME, NAME@DOMAIN, NT SERVICE\\NAME, a SID or an "
    "SDDL alias (BU). Every change takes --dry-run (show it, change nothing) and --if-version N (only if the "
    "policy is at version N).";
constexpr CommandGroup kGroup = {"Who may call what", kNote};

void OfferNodes(Candidates& candidates) {
  candidates.Offer("/");
  candidates.Offer("pipe:");
  OfferMethodsAndNamespaces(candidates);
}

void OfferRights(Candidates& candidates) {
  // Complete the last right of a list.
  const std::string_view typed = candidates.typed();
  const std::string before(typed.substr(0, typed.find_last_of(',') + 1));
  for (const char* right : {"call", "connect", "manage", "see"}) candidates.Offer(before + right);
}

constexpr Operand kNode[] = {{"NODE", OfferNodes}};
constexpr Operand kNodeOrAll[] = {{.name = "NODE", .completer = OfferNodes, .is_optional = true}};
constexpr Operand kNodeAndSddl[] = {{"NODE", OfferNodes}, {.name = "SDDL", .is_optional = true}};
constexpr Operand kAccountNodeAndRights[] = {
    {"ACCOUNT"},
    {"NODE", OfferNodes},
    {.name = "RIGHT[,RIGHT…]", .completer = OfferRights, .is_repeated = true},
};
constexpr Operand kAccountNodeAndSomeRights[] = {
    {"ACCOUNT"},
    {"NODE", OfferNodes},
    {.name = "RIGHT[,RIGHT…]", .completer = OfferRights, .is_optional = true, .is_repeated = true},
};
constexpr Operand kVersions[] = {{"FROM"}, {.name = "TO", .is_optional = true}};
constexpr Operand kVersion[] = {{"VERSION"}};

// For every command that changes the policy.
constexpr OptionInfo kChangeOptions[] = {
    {"--dry-run", "", "", "show the change without making it"},
    {"--if-version", "N", "7", "make the change only if the policy is at version N"},
};
constexpr OptionInfo kRevokeOptions[] = {
    {"--allow", "", "", "only entries that allow"},
    {"--deny", "", "", "only entries that deny"},
};
constexpr OptionInfo kSetOptions[] = {{"--default", "", "", "restore the node's default"}};
constexpr OptionInfo kRightOption = {.name = "--right",
                                     .value = "RIGHT",
                                     .example = "see",
                                     .summary = "the right in question (default: call; connect for pipe:)",
                                     .completer = OfferRights};
constexpr OptionInfo kCheckOptions[] = {
    kRightOption,
    {"--account", "ACCOUNT", "CONTOSO\\alice", "check another account instead of your own"},
};
constexpr OptionInfo kExplainOptions[] = {kRightOption};

// Makes the call and prints the result: as JSON, or the warnings on standard error and then what `render`
// returns. Returns the result.
Json Show(const Context& context, const AccessOptions& asked,
          const std::function<std::string(const Json& result)>& render,
          std::string (*warnings)(const Json& result) = RenderWarnings) {
  Json result = context.Call(asked.method, asked.arguments);
  if (context.output.json()) {
    context.output.Result(result, {});
  } else {
    context.output.Error(warnings(result));
    context.output.Result(result, render(result));
  }
  return result;
}

// Show for texts that need only the result.
template <auto render>
ExitCode ShowAs(const Context& context, const AccessOptions& asked) {
  Show(context, asked, render);
  return ExitCode::kDone;
}

// Show for texts that need account names.
template <auto render>
ExitCode ShowWithNames(const Context& context, const AccessOptions& asked) {
  win32::AccountNames names;
  Show(context, asked, [&](const Json& result) { return render(result, EntriesFromSddl(names)); });
  return ExitCode::kDone;
}

ExitCode List(const Context& context, const AccessOptions& asked) {
  win32::AccountNames names;
  Show(
      context, asked, [&](const Json& list) { return RenderAccessList(list, EntriesFromSddl(names)); },
      WarningAboutSource);
  return ExitCode::kDone;
}

ExitCode Check(const Context& context, const AccessOptions& asked) {
  const Json check =
      Show(context, asked, [&](const Json& result) { return RenderCheck(result, asked.arguments); });
  return FlagMember(check, "allowed") ? ExitCode::kDone : ExitCode::kAccessDenied;
}

ExitCode Rollback(const Context& context, const AccessOptions& asked) {
  win32::AccountNames names;
  Show(context, asked, [&](const Json& rollback) {
    return RenderRollback(rollback, asked.arguments, EntriesFromSddl(names));
  });
  return ExitCode::kDone;
}

}  // namespace

extern const Command kAccessListCommand = {
    .name = "access list",
    .operands = kNodeOrAll,
    .group = &kGroup,
    .summary = "list the nodes that you may see, with their own entries",
    .handler = Handles<ParseNode, List>()};

extern const Command kAccessShowCommand = {
    .name = "access show",
    .operands = kNode,
    .group = &kGroup,
    .summary = "show a node's entries, including inherited ones, in evaluation order",
    .handler = Handles<ParseNode, ShowAs<RenderAccessNode>>()};

extern const Command kAccessGrantCommand = {
    .name = "access grant",
    .operands = kAccountNodeAndRights,
    .group_options = kChangeOptions,
    .group = &kGroup,
    .summary = "allow an account (or all of a group) to call, see or manage",
    .handler = Handles<ParseGrant, ShowWithNames<RenderChange>>()};

extern const Command kAccessDenyCommand = {.name = "access deny",
                                           .operands = kAccountNodeAndRights,
                                           .group_options = kChangeOptions,
                                           .group = &kGroup,
                                           .summary = "deny it, whatever else allows it",
                                           .handler = Handles<ParseGrant, ShowWithNames<RenderChange>>()};

extern const Command kAccessRevokeCommand = {
    .name = "access revoke",
    .operands = kAccountNodeAndSomeRights,
    .options = kRevokeOptions,
    .group_options = kChangeOptions,
    .group = &kGroup,
    .summary = "remove the account's entries, all or those for these rights",
    .handler = Handles<ParseRevoke, ShowWithNames<RenderChange>>()};

extern const Command kAccessSetCommand = {.name = "access set",
                                          .operands = kNodeAndSddl,
                                          .options = kSetOptions,
                                          .group_options = kChangeOptions,
                                          .group = &kGroup,
                                          .summary = "replace the node's entries, or restore its default",
                                          .handler = Handles<ParseSet, ShowWithNames<RenderChange>>()};

extern const Command kAccessCheckCommand = {
    .name = "access check",
    .operands = kNode,
    .options = kCheckOptions,
    .group = &kGroup,
    .summary = "check whether you (or the account) may: exit code 0 if so, 5 if not",
    .handler = Handles<ParseNode, Check>()};

extern const Command kAccessExplainCommand = {
    .name = "access explain",
    .operands = kNode,
    .options = kExplainOptions,
    .group = &kGroup,
    .summary = "show which entry decides, and what to type to change it",
    .handler = Handles<ParseNode, ShowAs<RenderExplanation>>()};

extern const Command kAccessHistoryCommand = {.name = "access history",
                                              .group = &kGroup,
                                              .summary = "list the policy's versions, newest first",
                                              .handler = Handles<ParseNode, ShowAs<RenderHistory>>()};

extern const Command kAccessDiffCommand = {
    .name = "access diff",
    .operands = kVersions,
    .group = &kGroup,
    .summary = "show how two versions differ (default for TO: the current one)",
    .handler = Handles<ParseDiff, ShowWithNames<RenderDiff>>()};

extern const Command kAccessRollbackCommand = {.name = "access rollback",
                                               .operands = kVersion,
                                               .group_options = kChangeOptions,
                                               .group = &kGroup,
                                               .summary = "restore an earlier version",
                                               .handler = Handles<ParseRollback, Rollback>()};

}  // namespace onbehalf::cli
