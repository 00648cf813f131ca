#include "completions/word_completion.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "command_names.h"
#include "global_options.h"

namespace onbehalf::cli {
namespace {

void OfferOptions(std::span<const OptionInfo> options, std::span<const std::string> given,
                  Candidates& candidates) {
  for (const OptionInfo& option : options) {
    if (std::find(given.begin(), given.end(), option.name) == given.end()) {
      candidates.Offer(option.name, option.summary);
    }
  }
}

// Completes the value of an option or an operand.
void OfferValue(std::string_view value, Completer completer, Candidates& candidates) {
  candidates.OfferAll(ChoicesOf(value));
  if (completer != nullptr) completer(candidates);
}

// Completes the words after the command.
void CompleteCommand(const Command& command, std::span<const std::string> given, Candidates& candidates) {
  std::size_t operands = 0;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const OptionInfo* option = FindOption(command, given[i]);
    if (option == nullptr) {
      ++operands;
    } else if (!option->value.empty() && ++i == given.size()) {
      return OfferValue(option->value, option->completer, candidates);
    }
  }
  const Operand* operand = OperandAt(command, operands);
  if (operand == nullptr || candidates.typed().starts_with("-")) {
    OfferOptions(command.options, given, candidates);
    OfferOptions(command.group_options, given, candidates);
  }
  if (operand != nullptr) OfferValue(operand->name, operand->completer, candidates);
}

void OfferCommands(Candidates& candidates) {
  for (const std::string_view name : CommandNames()) {
    const Command* command = FindCommand(name);
    candidates.Offer(name, command == nullptr ? std::string_view() : command->summary);
  }
}

// Completes the words after the global options. The first word is an option only if it is incomplete or
// invalid.
void CompleteGiven(std::span<const std::string> given, Candidates& candidates) {
  if (given[0].starts_with("-")) {
    for (const OptionInfo& option : GlobalOptionTable()) {
      if (option.name == given[0] && given.size() == 1)
        OfferValue(option.value, option.completer, candidates);
    }
    return;
  }
  const std::vector<std::string_view> verbs = VerbsOf(given[0]);
  if (given.size() == 1) {
    for (const std::string_view verb : verbs) {
      candidates.Offer(verb, FindCommand(given[0] + " " + std::string(verb))->summary);
    }
  }
  const bool has_verb = given.size() > 1 && std::find(verbs.begin(), verbs.end(), given[1]) != verbs.end();
  const Command* command = FindCommand(has_verb ? given[0] + " " + given[1] : given[0]);
  if (command != nullptr) CompleteCommand(*command, given.subspan(has_verb ? 2 : 1), candidates);
}

}  // namespace

WordCompletion CompleteWord(std::span<const std::string> words, const Discover& discover) {
  if (words.empty()) return {};
  const std::span<const std::string> whole = words.first(words.size() - 1);
  GlobalOptions global;
  const std::span<const std::string> given = whole.subspan(TakeWholeGlobalOptions(whole, global));
  Candidates candidates(words.back(), global.client, discover);
  if (!given.empty()) {
    CompleteGiven(given, candidates);
  } else if (candidates.typed().starts_with("-")) {
    OfferOptions(GlobalOptionTable(), whole, candidates);
  } else {
    OfferCommands(candidates);
  }
  return candidates.Take();
}

}  // namespace onbehalf::cli
