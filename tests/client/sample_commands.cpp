// A command table for native tests of parsing, help and completion: the commands of onbehalf.exe need Windows. It has every form of
// a command. The access commands and `generate` use the parsers of onbehalf.exe.

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <type_traits>

#include "access/access_options.h"
#include "command.h"
#include "command_table.h"
#include "completions/candidates.h"
#include "generate/generate_options.h"

namespace onbehalf::cli {
namespace {

Given ParseGiven(const Given& given) { return given; }

template <typename Options>
ExitCode RunNothing(const Context& /*context*/, const Options& /*options*/) {
  return ExitCode::kDone;
}

template <auto parse>
constexpr Handler Parses() {
  return Handles<parse, RunNothing<std::invoke_result_t<decltype(parse), const Given&>>>();
}

void OfferNodes(Candidates& candidates) {
  candidates.Offer("/");
  OfferMethodsAndNamespaces(candidates);
}

constexpr CommandGroup kAccess = {"Who may call what",
                                  "NODE is / (all), file (a namespace) or file.write (a method)."};
constexpr CommandGroup kAudit = {"Who did what"};

constexpr OptionInfo kPingOptions[] = {{"--connections", "N", "10", "so many at the same time"}};
constexpr Operand kMethodAndParams[] = {{"METHOD", OfferMethods},
                                        {.name = "PARAMS | -", .is_optional = true}};
constexpr OptionInfo kCallOptions[] = {
    {.name = "--from", .value = "FILE", .example = "in.json", .summary = "a file", .completer = OfferFiles},
    {"--stream", "", "", "what comes, as it comes"},
};
constexpr OptionInfo kGenerateOptions[] = {
    {"--language", "cpp|typescript|csharp", "cpp", "of the client", true},
    {"--name", "NAMESPACE", "company::service", "the namespace of what is written"},
};
constexpr Operand kShell[] = {{"powershell|bash"}};
constexpr Operand kAccountNodeAndRights[] = {
    {"ACCOUNT"}, {"NODE", OfferNodes}, {.name = "RIGHT[,RIGHT…]", .is_repeated = true}};
constexpr Operand kAccountNodeAndSomeRights[] = {
    {"ACCOUNT"}, {"NODE", OfferNodes}, {.name = "RIGHT[,RIGHT…]", .is_optional = true, .is_repeated = true}};
constexpr Operand kNodeAndSddl[] = {{"NODE", OfferNodes}, {.name = "SDDL", .is_optional = true}};
constexpr Operand kVersions[] = {{"FROM"}, {.name = "TO", .is_optional = true}};
constexpr Operand kVersion[] = {{"VERSION"}};
constexpr OptionInfo kChangeOptions[] = {
    {"--dry-run", "", "", "shows the change and changes nothing"},
    {"--if-version", "N", "7", "changes only the policy of version N"},
};
constexpr OptionInfo kRevokeOptions[] = {{"--allow"}, {"--deny"}};
constexpr OptionInfo kSetOptions[] = {{"--default", "", "", "gives the node back its default"}};
constexpr Operand kWords[] = {{.name = "INDEX WORD…", .is_repeated = true}};

constexpr Command kCommands[] = {
    {.name = "ping", .options = kPingOptions, .summary = "a call and back", .handler = Parses<ParseGiven>()},
    {.name = "call",
     .operands = kMethodAndParams,
     .first_operand = "a method",
     .options = kCallOptions,
     .summary = "calls a method",
     .handler = Parses<ParseGiven>()},
    {.name = "generate",
     .options = kGenerateOptions,
     .summary = "writes a client",
     .handler = Parses<ParseGenerate>()},
    {.name = "completions", .operands = kShell, .summary = "a script", .handler = Parses<ParseGiven>()},
    {.name = "access grant",
     .operands = kAccountNodeAndRights,
     .group_options = kChangeOptions,
     .group = &kAccess,
     .summary = "lets an account call, see or manage",
     .handler = Parses<ParseGrant>()},
    {.name = "access revoke",
     .operands = kAccountNodeAndSomeRights,
     .options = kRevokeOptions,
     .group_options = kChangeOptions,
     .group = &kAccess,
     .summary = "takes it away",
     .handler = Parses<ParseRevoke>()},
    {.name = "access set",
     .operands = kNodeAndSddl,
     .options = kSetOptions,
     .group_options = kChangeOptions,
     .group = &kAccess,
     .summary = "a node's entries",
     .handler = Parses<ParseSet>()},
    {.name = "access diff",
     .operands = kVersions,
     .group = &kAccess,
     .summary = "what changed",
     .handler = Parses<ParseDiff>()},
    {.name = "access rollback",
     .operands = kVersion,
     .group_options = kChangeOptions,
     .group = &kAccess,
     .summary = "an earlier version",
     .handler = Parses<ParseRollback>()},
    {.name = "audit", .group = &kAudit, .summary = "the last records", .handler = Parses<ParseGiven>()},
    {.name = "audit verify",
     .group = &kAudit,
     .summary = "whether it is whole",
     .handler = Parses<ParseGiven>()},
    {.name = "complete", .operands = kWords, .takes_all = true, .handler = Parses<ParseGiven>()},
};

}  // namespace

std::span<const Command* const> CommandTable() {
  static const auto table = [] {
    std::array<const Command*, std::size(kCommands)> pointers{};
    std::transform(std::begin(kCommands), std::end(kCommands), pointers.begin(),
                   [](const Command& command) { return &command; });
    return pointers;
  }();
  return table;
}

}  // namespace onbehalf::cli
