#pragma once

#include <any>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "exit_code.h"
#include "option.h"
#include "words.h"

namespace onbehalf::cli {

struct Context;

// What a command does. Each command has its own options type: `parse` returns the value that `run` takes.
struct Handler {
  // Parses the command's own options. Throws UsageError.
  std::any (*parse)(const Given& given);
  // Throws what the client throws (RpcError as MethodError), UsageError and FileError.
  ExitCode (*run)(const Context& context, const std::any& options);
};

// From `Options parse(const Given&)` and `ExitCode run(const Context&, const Options&)`.
template <auto parse, auto run>
constexpr Handler Handles() {
  using Options = std::invoke_result_t<decltype(parse), const Given&>;
  return {[](const Given& given) { return std::any(parse(given)); },
          [](const Context& context, const std::any& options) {
            return run(context, std::any_cast<const Options&>(options));
          }};
}
// For a command without options: `ExitCode run(const Context&)`.
template <auto run>
constexpr Handler Handles() {
  return {[](const Given&) { return std::any(); },
          [](const Context& context, const std::any&) { return run(context); }};
}

// Commands with the same first word. They get their own section in the help.
struct CommandGroup {
  std::string_view heading;
  std::string_view note = {};  // shown below its commands
};

// A command of onbehalf.exe, as its file defines it. Drives parsing, help and completion.
struct Command {
  std::string_view name;                   // "call"; with a verb "access grant"
  std::span<const Operand> operands = {};  // optional ones last
  // Names the first operand in the error when it is missing: "a method". Empty: a general message.
  std::string_view first_operand = {};
  bool takes_all = false;  // everything after it is one of its words, options too
  std::span<const OptionInfo> options = {};
  // Also accepted. Shown in the command's own help; in the list of commands only the group's note mentions
  // them.
  std::span<const OptionInfo> group_options = {};
  const CommandGroup* group = nullptr;
  std::string_view summary = {};  // empty: for programs, not listed for people
  Handler handler;
};

// "access grant ACCOUNT NODE RIGHT[,RIGHT…]": the command and its operands.
std::string Synopsis(const Command& command);
// The operand at `index` among the words after the command that are not options; nullptr if it takes fewer.
const Operand* OperandAt(const Command& command, std::size_t index);
// nullptr if the command does not take this option.
const OptionInfo* FindOption(const Command& command, std::string_view name);

}  // namespace onbehalf::cli
