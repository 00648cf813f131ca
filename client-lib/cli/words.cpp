#include "words.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "command.h"
#include "global_options.h"
#include "usage_error.h"

namespace onbehalf::cli {
namespace {

constexpr std::int64_t kMaxMilliseconds = 24LL * 60 * 60 * 1000;

// Consumes an option and its value. Throws UsageError.
void TakeOption(Words& words, const Command& command, Given& given) {
  const std::string option = words.Take();
  const OptionInfo* info = FindOption(command, option);
  if (info == nullptr) RefuseExtra(given.command, option);
  if (given.Has(option)) Refuse(option + " is given twice");
  given.options[option] = info->value.empty() ? std::string() : words.TakeValueOf(option, info->example);
}

// Throws UsageError.
void CheckNothingIsMissing(const Command& command, const Given& given) {
  const auto& operands = command.operands;
  if (given.words.size() < operands.size() && !operands[given.words.size()].is_optional) {
    const bool is_bare = given.words.empty() && given.options.empty() && !command.first_operand.empty();
    Refuse((is_bare ? "'" + given.command + "' needs " + std::string(command.first_operand)
                    : std::string("an operand is missing")) +
           ": onbehalf " + Synopsis(command));
  }
  for (const OptionInfo& option : command.options) {
    if (!option.is_required || given.Has(option.name)) continue;
    const std::vector<std::string_view> choices = ChoicesOf(option.value);
    Refuse("'" + given.command + "' needs " + std::string(option.name) + " " +
           (choices.empty() ? std::string(option.value) : Enumerated(choices)));
  }
}

}  // namespace

void Refuse(const std::string& what) { throw UsageError(what); }

void RefuseExtra(const std::string& command, const std::string& word) {
  if (IsGlobalOption(word)) {
    Refuse(word + " must come before the command: onbehalf " + word + " … " + command);
  }
  Refuse("'" + command + "' does not take '" + word + "'");
}

std::string Enumerated(std::span<const std::string_view> names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += names[i];
  }
  return text;
}

std::int64_t ParseNumber(const std::string& what, const std::string& kind, const std::string& text,
                         std::int64_t smallest, std::int64_t largest) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < smallest || value > largest) {
    Refuse(what + " must be a number" + kind + " from " + std::to_string(smallest) + " to " +
           std::to_string(largest) + ", not '" + text + "'");
  }
  return value;
}

std::chrono::milliseconds ParseMilliseconds(const std::string& what, const std::string& text) {
  return std::chrono::milliseconds(ParseNumber(what, " of milliseconds", text, 1, kMaxMilliseconds));
}

std::vector<std::string_view> ChoicesOf(std::string_view value) {
  std::vector<std::string_view> choices;
  if (value.find('|') == std::string_view::npos || value.find(' ') != std::string_view::npos) return choices;
  while (!value.empty()) {
    const std::size_t end = std::min(value.find('|'), value.size());
    choices.push_back(value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return choices;
}

const std::string& Words::TakeValueOf(const std::string& option, std::string_view example) {
  if (AtEnd() || AtOption()) Refuse(option + " needs a value: " + option + " " + std::string(example));
  return Take();
}

std::optional<std::string> Given::Word(std::size_t index) const {
  if (index >= words.size()) return std::nullopt;
  return words[index];
}

std::optional<std::string> Given::ValueOf(std::string_view option) const {
  const auto found = options.find(option);
  if (found == options.end()) return std::nullopt;
  return found->second;
}

std::optional<std::int64_t> Given::NumberOf(const std::string& option, const std::string& kind,
                                            std::int64_t smallest, std::int64_t largest) const {
  const auto found = options.find(option);
  if (found == options.end()) return std::nullopt;
  return ParseNumber(option, kind, found->second, smallest, largest);
}

Given TakeAll(Words& words, const Command& command) {
  Given given;
  given.command = command.name;
  while (!words.AtEnd()) {
    if (words.AtOption() && !command.takes_all) {
      TakeOption(words, command, given);
    } else {
      if (OperandAt(command, given.words.size()) == nullptr) RefuseExtra(given.command, words.Peek());
      given.words.push_back(words.Take());
    }
  }
  if (!command.takes_all) CheckNothingIsMissing(command, given);
  return given;
}

}  // namespace onbehalf::cli
