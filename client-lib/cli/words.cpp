#include "words.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "usage_error.h"

namespace onbehalf::cli {

void Refuse(const std::string& what) { throw UsageError(what); }

bool IsGlobalOption(std::string_view word) {
  const std::string_view name = word.substr(0, word.find('='));
  const std::span<const OptionInfo> options = GlobalOptions();
  return std::any_of(options.begin(), options.end(),
                     [&](const OptionInfo& option) { return option.name == name; });
}

void RefuseExtra(const std::string& command, const std::string& word) {
  if (IsGlobalOption(word)) {
    Refuse(word + " stands before the command: onbehalf " + word + " … " + command);
  }
  Refuse("'" + command + "' does not take '" + word + "'");
}

std::int64_t ParseNumber(const std::string& what, const std::string& kind, const std::string& text,
                         std::int64_t smallest, std::int64_t largest) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < smallest || value > largest) {
    Refuse(what + " is a number" + kind + " from " + std::to_string(smallest) + " to " +
           std::to_string(largest) + ", not '" + text + "'");
  }
  return value;
}

const std::string& Words::TakeValueOf(const std::string& option, std::string_view example) {
  if (AtEnd() || AtOption()) Refuse(option + " needs a value: " + option + " " + std::string(example));
  return Take();
}

Given TakeAll(Words& words, const CommandInfo& command) {
  const std::string name(command.name);
  Given given;
  while (!words.AtEnd()) {
    if (!words.AtOption()) {
      if (given.words.size() == command.most) RefuseExtra(name, words.Peek());
      given.words.push_back(words.Take());
      continue;
    }
    const std::string option = words.Take();
    const OptionInfo* info = FindOption(command, option);
    if (info == nullptr) RefuseExtra(name, option);
    if (given.Has(option)) Refuse(option + " stands there twice");
    given.options[option] = info->value.empty() ? std::string() : words.TakeValueOf(option, info->example);
  }
  if (given.words.size() < command.fewest) {
    Refuse("something is missing: onbehalf " + name + " " + std::string(command.takes));
  }
  return given;
}

}  // namespace onbehalf::cli
