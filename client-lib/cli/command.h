#pragma once

#include <any>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "exit_code.h"
#include "global_options.h"
#include "onbehalf/client/client.h"
#include "option.h"
#include "output.h"
#include "words.h"

namespace onbehalf::cli {

// What a command runs with.
struct Context {
  const GlobalOptions& global;
  Output& output;

  // Throws what Client::Connect throws.
  client::Client Connect() const;
  // One call on a connection of its own. Throws what Client::Connect and Client::Call throw, RpcError as
  // MethodError.
  client::Json Call(const std::string& method, const client::Json& params = nullptr) const;
};

// What a command does. Commands have options of different types: what `parse` returns is for `run`.
struct Handler {
  // The command's own options, of what was given to it. Throws UsageError.
  std::any (*parse)(const Given& given);
  // Throws what the client throws (RpcError as MethodError), UsageError and FileError.
  ExitCode (*run)(const Context& context, const std::any& options);
};

// Of `Options parse(const Given&)` and `ExitCode run(const Context&, const Options&)`.
template <auto parse, auto run>
constexpr Handler Handles() {
  using Options = std::invoke_result_t<decltype(parse), const Given&>;
  return {[](const Given& given) { return std::any(parse(given)); },
          [](const Context& context, const std::any& options) {
            return run(context, std::any_cast<const Options&>(options));
          }};
}
// Of a command without options: `ExitCode run(const Context&)`.
template <auto run>
constexpr Handler Handles() {
  return {[](const Given&) { return std::any(); },
          [](const Context& context, const std::any&) { return run(context); }};
}

// Commands with the same first word: a section of their own in the help.
struct CommandGroup {
  std::string_view heading;
  std::string_view note = {};  // below its commands
};

// A command of onbehalf.exe, as its file defines it. Parsing, help and completion go by it.
struct Command {
  std::string_view name;                   // "call"; with a verb "access grant"
  std::span<const Operand> operands = {};  // those that may be left out come last
  // How a person is told that nothing was given: "a method"; empty: as of the other operands.
  std::string_view first_operand = {};
  bool takes_all = false;  // whatever stands behind it is one of its words, options too
  std::span<const OptionInfo> options = {};
  // Also taken. Shown in the command's own help and not in the list of commands, where the group's note has them.
  std::span<const OptionInfo> group_options = {};
  const CommandGroup* group = nullptr;
  std::string_view summary = {};  // empty: it is for programs, and in no list for people
  Handler handler;
};

// "access grant ACCOUNT NODE RIGHT[,RIGHT…]": the command and its operands.
std::string Synopsis(const Command& command);
// What the word behind the command, `index` of those that are no options, stands for; nullptr when it takes fewer.
const Operand* OperandAt(const Command& command, std::size_t index);
// An option that the command takes; nullptr when it does not.
const OptionInfo* FindOption(const Command& command, std::string_view name);

}  // namespace onbehalf::cli
