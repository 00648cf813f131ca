#include "completions/word_completion.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "command_line.h"
#include "command_table.h"

namespace onbehalf::cli {
namespace {

using Discover = std::function<MethodCatalogue(const client::Options&)>;

constexpr std::array<std::string_view, 4> kRights = {"call", "connect", "manage", "see"};

class Completer {
 public:
  Completer(std::string_view last, const client::Options& options, const Discover& discover)
      : last_(last), options_(options), discover_(discover) {}

  void Offer(std::string_view text, std::string_view summary = {}) {
    if (text.starts_with(last_)) result_.candidates.push_back({std::string(text), std::string(summary)});
  }
  void OfferAll(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) Offer(text);
  }
  void OfferOptions(std::span<const OptionInfo> options, std::span<const std::string> given) {
    for (const OptionInfo& option : options) {
      if (std::find(given.begin(), given.end(), option.name) == given.end())
        Offer(option.name, option.summary);
    }
  }
  // What an operand or an option's value stands for, in the table's words.
  void OfferValue(std::string_view kind) {
    if (kind.find('|') != std::string_view::npos) {
      while (!kind.empty()) {
        const std::size_t end = std::min(kind.find('|'), kind.size());
        Offer(kind.substr(0, end));
        kind.remove_prefix(std::min(end + 1, kind.size()));
      }
    } else if (kind == "METHOD") {
      OfferAll(discover_(options_).methods());
    } else if (kind == "METHODS" || kind == "NODE") {
      if (kind == "NODE") {
        Offer("/");
        Offer("pipe:");
      }
      const MethodCatalogue catalogue = discover_(options_);
      OfferAll(catalogue.namespaces());
      OfferAll(catalogue.methods());
    } else if (kind == "RIGHT") {
      // The last one of a list.
      const std::string before(last_.substr(0, last_.find_last_of(',') + 1));
      for (const std::string_view right : kRights) Offer(before + std::string(right));
    } else if (kind == "FILE") {
      result_.files = true;
    } else if (kind == "PARAMS") {
      result_.files = last_.starts_with("@");
    }
  }

  std::string_view last() const { return last_; }
  WordCompletion Take() { return std::move(result_); }

 private:
  std::string_view last_;
  const client::Options& options_;
  const Discover& discover_;
  WordCompletion result_;
};

void CompleteCommand(const CommandInfo& command, std::span<const std::string> given, Completer& completer) {
  std::size_t operands = 0;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const OptionInfo* option = FindOption(command, given[i]);
    if (option == nullptr) {
      ++operands;
    } else if (!option->value.empty() && ++i == given.size()) {
      return completer.OfferValue(option->value);
    }
  }
  const bool takes_operand = operands < command.most && !command.operands.empty();
  if (!takes_operand || completer.last().starts_with("-")) {
    completer.OfferOptions(command.options, given);
    if (command.is_change) completer.OfferOptions(ChangeOptions(), given);
  }
  if (takes_operand) completer.OfferValue(command.operands[std::min(operands, command.operands.size() - 1)]);
}

}  // namespace

WordCompletion CompleteWord(std::span<const std::string> words, const Discover& discover) {
  if (words.empty()) return {};
  const std::span<const std::string> whole = words.first(words.size() - 1);
  CommandLine line;
  const std::span<const std::string> given = whole.subspan(TakeConnectionOptions(whole, line));
  Completer completer(words.back(), line.options, discover);
  if (given.empty()) {
    if (completer.last().starts_with("-")) {
      completer.OfferOptions(GlobalOptions(), whole);
    } else {
      for (const std::string_view name : CommandNames()) {
        const CommandInfo* command = FindCommand(name);
        completer.Offer(name, command == nullptr ? std::string_view() : command->summary);
      }
    }
    return completer.Take();
  }
  if (given[0].starts_with("-")) {
    const auto options = GlobalOptions();
    const auto option = std::find_if(options.begin(), options.end(),
                                     [&](const OptionInfo& each) { return each.name == given[0]; });
    if (option != options.end() && given.size() == 1) completer.OfferValue(option->value);
    return completer.Take();
  }
  const std::vector<std::string_view> verbs = VerbsOf(given[0]);
  if (given.size() == 1) {
    for (const std::string_view verb : verbs) {
      completer.Offer(verb, FindCommand(given[0] + " " + std::string(verb))->summary);
    }
  }
  std::size_t name_words = 1;
  const CommandInfo* command = nullptr;
  if (given.size() > 1 && std::find(verbs.begin(), verbs.end(), given[1]) != verbs.end()) {
    command = FindCommand(given[0] + " " + given[1]);
    name_words = 2;
  } else {
    command = FindCommand(given[0]);
  }
  if (command != nullptr) CompleteCommand(*command, given.subspan(name_words), completer);
  return completer.Take();
}

}  // namespace onbehalf::cli
