#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace onbehalf::test {

// What a test executable does when its own test starts it again as a child (ChildProcess::Options::Self):
// takes the arguments, returns the exit code. Defined at namespace scope next to the test that starts it:
//
//   ONBEHALF_CHILD_MAIN(Echo) { std::puts(arguments.at(0).c_str()); return 0; }
#define ONBEHALF_CHILD_MAIN(name)                                                                   \
  static int ChildMain_##name(const std::vector<std::string>& arguments);                           \
  static const ::onbehalf::test::ChildMainRegistration kChildMain_##name(#name, &ChildMain_##name); \
  static int ChildMain_##name([[maybe_unused]] const std::vector<std::string>& arguments)

using ChildMain = int (*)(const std::vector<std::string>& arguments);

struct ChildMainRegistration {
  ChildMainRegistration(std::string_view name, ChildMain main);
};

// Marks a child process: its first argument is this and the name.
inline constexpr std::string_view kChildMainArgument = "--onbehalf-child=";

// Runs the ONBEHALF_CHILD_MAIN that `arguments` (without the program's name) select and returns its exit
// code; nullopt if this process is not a child. 125: the executable has no ONBEHALF_CHILD_MAIN of that name;
// 124: it threw (reported on standard error).
std::optional<int> RunChildMain(const std::vector<std::string>& arguments);

}  // namespace onbehalf::test
