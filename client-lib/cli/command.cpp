#include "command.h"

#include <algorithm>

namespace onbehalf::cli {
namespace {

const OptionInfo* FindIn(std::span<const OptionInfo> options, std::string_view name) {
  const auto found = std::find_if(options.begin(), options.end(),
                                  [&](const OptionInfo& option) { return option.name == name; });
  return found == options.end() ? nullptr : &*found;
}

}  // namespace

std::string Synopsis(const Command& command) {
  std::string text(command.name);
  for (const Operand& operand : command.operands) {
    const std::string name(operand.name);
    text += operand.is_optional ? " [" + name + "]" : " " + name;
  }
  return text;
}

const Operand* OperandAt(const Command& command, std::size_t index) {
  if (index < command.operands.size()) return &command.operands[index];
  const bool is_repeated = !command.operands.empty() && command.operands.back().is_repeated;
  return is_repeated ? &command.operands.back() : nullptr;
}

const OptionInfo* FindOption(const Command& command, std::string_view name) {
  const OptionInfo* option = FindIn(command.options, name);
  return option == nullptr ? FindIn(command.group_options, name) : option;
}

}  // namespace onbehalf::cli
