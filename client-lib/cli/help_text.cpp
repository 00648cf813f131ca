#include "help_text.h"

#include <algorithm>
#include <cstddef>

#include "command_names.h"
#include "command_table.h"
#include "global_options.h"
#include "text_columns.h"

namespace onbehalf::cli {
namespace {

// In columns: the start of the summaries, and the line width.
constexpr std::size_t kSummaryColumn = 36;
constexpr std::size_t kEndColumn = 112;

// Appends `text` to `line`, wrapped at spaces; all of its lines begin in `column`.
std::string Wrapped(std::string line, std::string_view text, std::size_t column) {
  std::string lines;
  const auto begin_next = [&] {
    lines += line + "\n";
    line.clear();
  };
  if (!text.empty() && ColumnsOf(line) + 2 > column && !line.empty()) begin_next();
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (ColumnsOf(line) > column && ColumnsOf(line) + 1 + ColumnsOf(word) > kEndColumn) begin_next();
    if (ColumnsOf(line) < column) {
      line.append(column - ColumnsOf(line), ' ');
    } else {
      line += ' ';
    }
    line += word;
  }
  begin_next();
  return lines;
}

std::string WithValue(const OptionInfo& option) {
  std::string text(option.name);
  if (!option.value.empty()) text += " " + std::string(option.value);
  return text;
}

std::string Grammar(const Command& command) {
  std::string grammar = Synopsis(command);
  for (const OptionInfo& option : command.options) {
    grammar += option.is_required ? " " + WithValue(option) : " [" + WithValue(option) + "]";
  }
  return grammar;
}

std::string Entry(const Command& command) {
  const std::string grammar = Grammar(command);
  // A long synopsis continues below its own first line.
  std::string head = Wrapped("", grammar, 2);
  head.pop_back();
  const std::size_t last_line = head.rfind('\n');
  if (last_line == std::string::npos) return Wrapped(head, command.summary, kSummaryColumn);
  return head + "\n" + Wrapped("", command.summary, kSummaryColumn);
}

std::string Entries(std::span<const OptionInfo> options) {
  std::string text;
  for (const OptionInfo& option : options) {
    text += Wrapped("  " + WithValue(option), option.summary, kSummaryColumn);
  }
  return text;
}

std::string Note(const CommandGroup* group) {
  return group == nullptr || group->note.empty() ? std::string() : Wrapped("", group->note, kSummaryColumn);
}

std::string HelpOf(std::string_view name) {
  std::string text;
  const CommandGroup* group = nullptr;
  for (const Command* command : CommandTable()) {
    if (!IsOf(*command, name)) continue;
    text += Entry(*command);
    group = command->group;
    if (command->name == name) text += Entries(command->options) + Entries(command->group_options);
  }
  return text + Note(group) +
         "'onbehalf --help' shows the other commands and the options before the command.\n";
}

}  // namespace

std::string HelpText(std::string_view name) {
  if (!name.empty()) return HelpOf(name);
  std::string text =
      "onbehalf: client of the OnBehalf service, which does each request as the account that asked for it.\n\n"
      "  onbehalf [OPTIONS] COMMAND\n\nCommands ('onbehalf COMMAND --help' shows more)\n";
  for (const Command* command : CommandTable()) {
    if (command->group == nullptr && !command->summary.empty()) text += Entry(*command);
  }
  const CommandGroup* group = nullptr;
  for (const Command* command : CommandTable()) {
    if (command->group == nullptr) continue;
    if (command->group != group) {
      text += Note(group) + "\n" + std::string(command->group->heading) + "\n";
      group = command->group;
    }
    text += Entry(*command);
  }
  return text + Note(group) + "\nOptions, before the command\n" + Entries(GlobalOptionTable()) +
         "\nResults go to standard output, everything else to standard error.\n"
         "Exit codes: 0 success, 1 the service returned an error (doctor: a check failed; audit verify: the audit is\n"
         "broken; file: a local file cannot be used or a copy is incomplete; shell, from a pipe: a line failed),\n"
         "2 usage, 3 no connection, 4 server not trusted, 5 access denied (access check: not allowed).\n";
}

}  // namespace onbehalf::cli
