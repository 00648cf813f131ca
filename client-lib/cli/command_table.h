#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace onbehalf::cli {

// The grammar of the command line in one list. Parsing, help and completion go by it.

enum class Command {
  kHelp,
  kVersion,
  kPing,
  kWhoami,
  kMethods,
  kCall,
  kShell,
  kAccess,
  kAudit,
  kFile,
  kDoctor,
  kGenerate,
  kNewModule,
  kCompletions,
  kComplete,
};

struct OptionInfo {
  std::string_view name;  // "--level"
  std::string_view
      value;  // what follows it, for people: "MS", or "a|b" for one of these words; empty: nothing
  std::string_view example;  // of a value
  std::string_view summary;
  bool is_required = false;
};

struct CommandInfo {
  Command command;
  std::string_view name;   // "call"; with a verb "access grant"
  std::string_view takes;  // the words behind it, without the options, for people
  // The words one by one, for completion: what they stand for (METHOD, METHODS with the namespaces, NODE,
  // RIGHT, PARAMS, FILE; others are not known), or "a|b" for one of these words. The last one stands for
  // those behind it too.
  std::span<const std::string_view> operands;
  std::size_t fewest;  // words
  std::size_t most;
  std::span<const OptionInfo> options;  // beside those of every change
  bool is_change;                       // of the policy: takes ChangeOptions() too
  std::string_view summary;
};

// In the order of the help. Those without a summary are for programs, and in no list for people.
std::span<const CommandInfo> CommandTable();
// What stands before the command.
std::span<const OptionInfo> GlobalOptions();
// What every change of the policy takes.
std::span<const OptionInfo> ChangeOptions();

// nullptr when there is none of this name.
const CommandInfo* FindCommand(std::string_view name);
// An option that the command takes; nullptr when it does not.
const OptionInfo* FindOption(const CommandInfo& command, std::string_view name);
// The first words of the commands for people, each once; or, for a first word ("access"), its verbs.
std::vector<std::string_view> CommandNames();
std::vector<std::string_view> VerbsOf(std::string_view first_word);
// "a, b or c".
std::string Enumerated(std::span<const std::string_view> names);

// The text of --help: all of it, or of one command ("call", "access", "access grant").
std::string HelpText(std::string_view command = {});

}  // namespace onbehalf::cli
